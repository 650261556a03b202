import { expect, it } from 'vitest';
import { queryFault } from './query-fault.ts';

it.each([
  'select 1',
  '  -- what\n /* it is */ SELECT a; ',
  'WITH a AS (SELECT 1) SELECT * FROM a;',
  '(select 1) union (select 2)',
  'values (1), (2)',
  "select ';' as a, \"b;c\" from [t] where x = 'it''s; delete'",
  'select $$a; b$$, $t$ ; $$ $t$, $1',
  "select e'\\'; delete', a::text from t",
  "select x & 'u', a[1], array['b'] -- as it is\r\n from t",
  'select update_time, drop_off from deletes',
  // As names, not as functions.
  'select set_config, readfile from t',
])('finds no fault with %s', (query) => {
  expect(queryFault(query)).toBeUndefined();
});

it.each([
  ['', /Write a query/],
  [' ; -- nothing', /Write a query/],
  ['delete from t', /begins with DELETE/],
  ['insert into t values (1)', /begins with INSERT/],
  ['update t set a = 1', /begins with UPDATE/],
  ['/* select */ drop table t', /begins with DROP/],
  ['create table t (a)', /begins with CREATE/],
  ["attach '/etc/x.db' as x", /begins with ATTACH/],
  ['detach x', /begins with DETACH/],
  ['pragma query_only = off', /begins with PRAGMA/],
  ["vacuum into 'x'", /begins with VACUUM/],
  ["copy t to program 'id'", /begins with COPY/],
  ['explain analyze delete from t', /begins with EXPLAIN/],
  ['begin', /begins with BEGIN/],
  ["'text'", /begins like this/],
  ['select a from t\0 where b = 1', /zero character/],
  ['select 1; select 2', /more than one statement/],
  ['select 1;;\n/* */ delete from t', /more than one statement/],
  ["select ';'; delete from t", /more than one statement/],
  ["/* /* */ select 1 */ copy t to program 'id'", /comment inside a comment/],
  ["select 'open", /is not closed/],
  ['select "open', /is not closed/],
  ['select $$open', /is not closed/],
  ['select /* open', /is not closed/],
  ["select load_extension('x')", /calls load_extension/],
  ["select ReadFile ('/etc/passwd')", /calls ReadFile/],
  ["select writefile/**/('/etc/x', 'y')", /calls writefile/],
  ["select * from fsdir('/')", /calls fsdir/],
  ["select fts3_tokenizer('simple')", /calls fts3_tokenizer/],
  ['select * from pragma_database_list', /reads pragma_database_list/],
  ["select * from pragma_table_info('t')", /reads pragma_table_info/],
  ["select pg_catalog.pg_read_file('/etc/passwd')", /calls pg_read_file/],
  ['select "pg_read_binary_file"(\'/etc/passwd\')', /calls pg_read_binary_file/],
  ["select pg_ls_dir('/')", /calls pg_ls_dir/],
  ["select lo_export(1, '/tmp/x')", /calls lo_export/],
  ["select * from dblink('host=x', 'select 1') as t(a int)", /calls dblink/],
  ["select query_to_xml('delete from t', true, true, '')", /calls query_to_xml/],
  ['select U&"pg\\005fread_file"(\'/etc/passwd\')', /uses a U& escape/],
  ["select u&\"pg!005fread_file\" uescape '!' ('/etc/passwd')", /uses a U& escape/],
  ["select [readfile]('/etc/passwd')", /calls readfile/],
  ["select 1 -- \r, pg_read_file('/etc/passwd')", /calls pg_read_file/],
  ["select set_config('role', 'postgres', false)", /calls set_config/],
])('says what is wrong with %s', (query, message) => {
  expect(queryFault(query)).toMatch(message);
});
