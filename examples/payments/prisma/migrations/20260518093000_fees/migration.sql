-- Payments from before there were fees cost what they cost then.
UPDATE "Payment" SET "fee" = 30 WHERE "fee" IS NULL;
