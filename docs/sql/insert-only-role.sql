-- PostgreSQL で、dxbot を動かす利用者（dxbot_app）から、操作の記録を変える権利を取り上げます。
-- 表の持ち主（dxbot admin migrate を実行した利用者）として、migrate のあとに、更新のたびに実行してください。
--     psql "$OWNER_DATABASE_URL" -f insert-only-role.sql
-- 先に一度だけ: CREATE ROLE dxbot_app LOGIN PASSWORD '…';
-- 持ち主の接続先は、ふだん動かすサーバーには置きません。

GRANT USAGE ON SCHEMA public TO dxbot_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dxbot_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO dxbot_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO dxbot_app;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA public TO dxbot_app;

-- 足すことと読むことだけ。直す、消す、空にする、仕掛け（トリガー）を外すことはできません。
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON store_auditentry, store_dayhead, store_daystamp, django_migrations FROM dxbot_app;
