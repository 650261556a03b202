-- AlterTable
ALTER TABLE "Run" ADD COLUMN "options" TEXT;
ALTER TABLE "Run" ADD COLUMN "takeovers" INTEGER;
