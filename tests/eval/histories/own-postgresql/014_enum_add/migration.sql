ALTER TYPE "Status" ADD VALUE 'archived';
ALTER TYPE "Status" ADD VALUE IF NOT EXISTS 'archived';
ALTER TYPE "Status" ADD VALUE 'review' BEFORE 'open';
ALTER TYPE "Status" RENAME VALUE 'closed' TO 'done';
ALTER TABLE "Post" ALTER COLUMN "status" SET DEFAULT 'review';
