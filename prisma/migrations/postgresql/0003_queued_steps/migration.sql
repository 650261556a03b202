-- CreateTable
CREATE TABLE "QueuedStep" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "queue" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "coordinator" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "memory" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "rank" DOUBLE PRECISION NOT NULL,
    "state" TEXT NOT NULL,
    "worker" TEXT,
    "claim" TEXT,
    "lost" INTEGER NOT NULL DEFAULT 0,
    "checkpoint" TEXT,
    "outcome" TEXT,

    CONSTRAINT "QueuedStep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StepReport" (
    "claim" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "payload" TEXT NOT NULL,

    CONSTRAINT "StepReport_pkey" PRIMARY KEY ("claim","seq")
);

-- CreateTable
CREATE TABLE "Worker" (
    "name" TEXT NOT NULL,
    "facts" TEXT NOT NULL,

    CONSTRAINT "Worker_pkey" PRIMARY KEY ("name")
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

-- AddForeignKey
ALTER TABLE "StepReport" ADD CONSTRAINT "StepReport_step_fkey" FOREIGN KEY ("step") REFERENCES "QueuedStep"("id") ON DELETE CASCADE ON UPDATE CASCADE;
