-- A tenant's default webhook; the secrets are encrypted. Disabled when its receiver said 410.
ALTER TABLE tenants ADD COLUMN webhook_url TEXT;
ALTER TABLE tenants ADD COLUMN webhook_secrets BYTEA;
ALTER TABLE tenants ADD COLUMN webhook_disabled_at BIGINT;

-- 1: leads wherever the tenant's default leads at the time of an attempt.
ALTER TABLE webhooks ADD COLUMN by_default INTEGER NOT NULL DEFAULT 0;
