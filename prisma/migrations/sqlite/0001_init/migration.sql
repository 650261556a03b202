-- CreateTable
CREATE TABLE "Action" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "nodeType" TEXT NOT NULL,
    "outputs" TEXT NOT NULL,
    "items" INTEGER,
    "ms" REAL NOT NULL,
    "createdAt" REAL NOT NULL,
    "usedAt" REAL NOT NULL
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "file" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "startedAt" REAL NOT NULL,
    "finishedAt" REAL,
    "owner" TEXT NOT NULL,
    "error" TEXT
);

-- CreateTable
CREATE TABLE "Step" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "summary" TEXT NOT NULL,

    PRIMARY KEY ("runId", "node"),
    CONSTRAINT "Step_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LastStep" (
    "file" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "finishedAt" REAL NOT NULL,

    PRIMARY KEY ("file", "node"),
    CONSTRAINT "LastStep_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Event" (
    "runId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "payload" TEXT NOT NULL,

    PRIMARY KEY ("runId", "seq"),
    CONSTRAINT "Event_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Action_usedAt_idx" ON "Action"("usedAt");

-- CreateIndex
CREATE INDEX "Run_file_startedAt_idx" ON "Run"("file", "startedAt");

-- CreateIndex
CREATE INDEX "Run_startedAt_idx" ON "Run"("startedAt");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "LastStep_runId_idx" ON "LastStep"("runId");
