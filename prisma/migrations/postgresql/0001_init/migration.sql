-- CreateTable
CREATE TABLE "Action" (
    "key" TEXT NOT NULL,
    "nodeType" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "outputs" TEXT NOT NULL,
    "items" INTEGER,
    "ms" DOUBLE PRECISION NOT NULL,
    "createdAt" DOUBLE PRECISION NOT NULL,
    "usedAt" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "Action_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "startedAt" DOUBLE PRECISION NOT NULL,
    "finishedAt" DOUBLE PRECISION,
    "owner" TEXT NOT NULL,
    "error" TEXT,
    "cancelAt" DOUBLE PRECISION,
    "pinnedAt" DOUBLE PRECISION,
    "note" TEXT,
    "tags" TEXT,
    "scores" TEXT,
    "experiment" TEXT,
    "parent" TEXT,
    "variant" TEXT,
    "seed" DOUBLE PRECISION,
    "scope" TEXT,
    "graph" TEXT,
    "graphs" TEXT,
    "settings" TEXT,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "beat" INTEGER NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Step" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "summary" TEXT NOT NULL,

    CONSTRAINT "Step_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "LastStep" (
    "file" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "finishedAt" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "LastStep_pkey" PRIMARY KEY ("file","node")
);

-- CreateTable
CREATE TABLE "Event" (
    "runId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 1,
    "payload" TEXT NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("runId","seq")
);

-- CreateIndex
CREATE INDEX "Action_usedAt_idx" ON "Action"("usedAt");

-- CreateIndex
CREATE INDEX "Run_file_startedAt_idx" ON "Run"("file", "startedAt");

-- CreateIndex
CREATE INDEX "Run_parent_idx" ON "Run"("parent");

-- CreateIndex
CREATE INDEX "Run_file_scope_startedAt_idx" ON "Run"("file", "scope", "startedAt");

-- CreateIndex
CREATE INDEX "Run_startedAt_idx" ON "Run"("startedAt");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "LastStep_runId_idx" ON "LastStep"("runId");

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_parent_fkey" FOREIGN KEY ("parent") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Step" ADD CONSTRAINT "Step_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LastStep" ADD CONSTRAINT "LastStep_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
