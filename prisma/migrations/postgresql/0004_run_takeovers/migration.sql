-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "options" TEXT,
ADD COLUMN     "takeovers" INTEGER;
