-- CreateTable
CREATE TABLE "Workspace" (
    "slot" TEXT NOT NULL PRIMARY KEY,
    "mark" TEXT NOT NULL
);
