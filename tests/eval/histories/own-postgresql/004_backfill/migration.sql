ALTER TABLE "Post" ADD COLUMN IF NOT EXISTS "slug" TEXT;
UPDATE "Post" SET "slug" = 'p-' || "id" WHERE "slug" IS NULL;
CREATE INDEX IF NOT EXISTS "Post_slug_idx" ON "Post"("slug");
