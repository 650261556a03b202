-- Columns are added, where Prisma would make the table anew: a process of the version before goes on writing.
ALTER TABLE "Run" ADD COLUMN "experiment" TEXT;
ALTER TABLE "Run" ADD COLUMN "parent" TEXT REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Run" ADD COLUMN "variant" TEXT;
ALTER TABLE "Run" ADD COLUMN "seed" REAL;
ALTER TABLE "Run" ADD COLUMN "scope" TEXT;
ALTER TABLE "Run" ADD COLUMN "graph" TEXT;
ALTER TABLE "Run" ADD COLUMN "settings" TEXT;

-- CreateIndex
CREATE INDEX "Run_parent_idx" ON "Run"("parent");

-- CreateIndex
CREATE INDEX "Run_file_scope_startedAt_idx" ON "Run"("file", "scope", "startedAt");
