-- AlterTable
ALTER TABLE "QueuedStep" ADD COLUMN     "shardOf" TEXT;

-- CreateIndex
CREATE INDEX "QueuedStep_shardOf_idx" ON "QueuedStep"("shardOf");
