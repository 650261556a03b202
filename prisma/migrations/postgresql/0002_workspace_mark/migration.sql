-- CreateTable
CREATE TABLE "Workspace" (
    "slot" TEXT NOT NULL,
    "mark" TEXT NOT NULL,

    CONSTRAINT "Workspace_pkey" PRIMARY KEY ("slot")
);
