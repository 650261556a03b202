-- AlterTable
ALTER TABLE "Run" ADD COLUMN "cancelAt" REAL;
ALTER TABLE "Run" ADD COLUMN "pinnedAt" REAL;

-- CreateTable
CREATE TABLE "Owner" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "beat" INTEGER NOT NULL,
    "at" REAL NOT NULL
);

-- Columns are added, where Prisma would make the tables anew: millions of events stay where they are, and a process
-- of the version before goes on writing.
ALTER TABLE "Action" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "Step" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "Event" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "Event" ADD COLUMN "type" TEXT NOT NULL DEFAULT '';

UPDATE "Event" SET "type" = json_extract("payload", '$.type') WHERE json_valid("payload") AND json_extract("payload", '$.type') IS NOT NULL;

-- Their text is in the outputs of the steps that wrote it.
DELETE FROM "Event" WHERE "type" = 'step.token' AND "runId" IN (SELECT "id" FROM "Run" WHERE "status" = 'succeeded');
