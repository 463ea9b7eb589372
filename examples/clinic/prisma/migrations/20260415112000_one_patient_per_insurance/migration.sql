-- AlterTable
ALTER TABLE "Patient" ADD COLUMN "phone" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "Patient_insurance_key" ON "Patient"("insurance");

-- CreateIndex
CREATE INDEX "Patient_phone_idx" ON "Patient"("phone");
