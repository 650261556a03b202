-- CreateTable
CREATE TABLE "QueuedStep" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "key" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "queue" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "coordinator" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "memory" REAL NOT NULL DEFAULT 0,
    "rank" REAL NOT NULL,
    "state" TEXT NOT NULL,
    "worker" TEXT,
    "claim" TEXT,
    "lost" INTEGER NOT NULL DEFAULT 0,
    "checkpoint" TEXT,
    "outcome" TEXT
);

-- CreateTable
CREATE TABLE "StepReport" (
    "claim" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "payload" TEXT NOT NULL,

    PRIMARY KEY ("claim", "seq"),
    CONSTRAINT "StepReport_step_fkey" FOREIGN KEY ("step") REFERENCES "QueuedStep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Worker" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "facts" TEXT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "QueuedStep_claim_key" ON "QueuedStep"("claim");

-- CreateIndex
CREATE INDEX "QueuedStep_key_idx" ON "QueuedStep"("key");

-- CreateIndex
CREATE INDEX "QueuedStep_state_queue_rank_idx" ON "QueuedStep"("state", "queue", "rank");

-- CreateIndex
CREATE INDEX "QueuedStep_worker_idx" ON "QueuedStep"("worker");

-- CreateIndex
CREATE INDEX "QueuedStep_coordinator_state_idx" ON "QueuedStep"("coordinator", "state");

-- CreateIndex
CREATE INDEX "StepReport_step_idx" ON "StepReport"("step");
