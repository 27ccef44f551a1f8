using Mana.Testing;
using Npgsql;

namespace Mana.Credits.Tests.Import;

/// <summary>A small database of the former services, with their tables as commerce.md 11.1–11.3 has them; enum types in <c>public</c> (W-67).</summary>
internal sealed class FormerDatabase(string address) : IAsyncDisposable
{
    const string Tables = """
        CREATE TYPE public.transaction_type AS ENUM ('purchase', 'usage', 'refund', 'gift', 'grant', 'guild_funding');
        CREATE TYPE public.transaction_status AS ENUM ('pending', 'completed', 'failed', 'cancelled');
        CREATE TYPE public.reservation_status AS ENUM ('reserved', 'committed', 'refunded');
        CREATE TYPE public.billing_interval AS ENUM ('monthly', 'quarterly', 'yearly');
        CREATE TYPE public.gift_type AS ENUM ('simple', 'personalized');
        CREATE TYPE public.gift_status AS ENUM ('active', 'depleted', 'expired', 'cancelled', 'refunded');
        CREATE TYPE public.subscription_status AS ENUM ('active', 'canceled', 'past_due', 'unpaid', 'trialing', 'incomplete', 'incomplete_expired', 'paused');
        CREATE SCHEMA credits; CREATE SCHEMA gifts; CREATE SCHEMA subscriptions;
        CREATE TABLE credits.stripe_customers (user_id text PRIMARY KEY, stripe_customer_id text UNIQUE NOT NULL, email text, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE credits.balances (user_id text PRIMARY KEY, balance int NOT NULL DEFAULT 0, total_earned int NOT NULL DEFAULT 0, total_spent int NOT NULL DEFAULT 0, version int NOT NULL DEFAULT 0,
          created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE credits.transactions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text NOT NULL, type public.transaction_type NOT NULL, status public.transaction_status NOT NULL DEFAULT 'pending',
          amount int NOT NULL, balance_before int NOT NULL, balance_after int NOT NULL, app_id text NOT NULL, description text NOT NULL, metadata jsonb, idempotency_key text UNIQUE,
          created_at timestamptz NOT NULL DEFAULT now(), completed_at timestamptz);
        CREATE TABLE credits.packages (id uuid PRIMARY KEY, name text NOT NULL, description text, credits int NOT NULL, price_euro_cents int NOT NULL, stripe_price_id text UNIQUE, active bool NOT NULL DEFAULT true,
          sort_order int NOT NULL DEFAULT 0, metadata jsonb, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE credits.purchases (id uuid PRIMARY KEY, user_id text NOT NULL, package_id uuid REFERENCES credits.packages, credits int NOT NULL, price_euro_cents int NOT NULL,
          stripe_payment_intent_id text UNIQUE, stripe_customer_id text, status public.transaction_status NOT NULL DEFAULT 'pending', metadata jsonb, created_at timestamptz NOT NULL DEFAULT now(), completed_at timestamptz);
        CREATE TABLE credits.reservations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text NOT NULL, amount int NOT NULL, reason text NOT NULL, status public.reservation_status NOT NULL DEFAULT 'reserved',
          created_at timestamptz NOT NULL DEFAULT now(), resolved_at timestamptz);
        CREATE TABLE credits.sync_subscriptions (user_id text PRIMARY KEY, active bool NOT NULL DEFAULT false, billing_interval public.billing_interval NOT NULL DEFAULT 'monthly', amount_charged int NOT NULL DEFAULT 30,
          activated_at timestamptz, next_charge_at timestamptz, paused_at timestamptz, is_gifted bool NOT NULL DEFAULT false, gifted_by text, gifted_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE gifts.gift_codes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text UNIQUE NOT NULL, short_url text, creator_id text NOT NULL, creator_name text, total_credits int NOT NULL,
          redeemed int NOT NULL DEFAULT 0, type public.gift_type NOT NULL DEFAULT 'simple', status public.gift_status NOT NULL DEFAULT 'active', target_email text, message text, expires_at timestamptz,
          reservation_transaction_id uuid, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE subscriptions.stripe_customers (LIKE credits.stripe_customers INCLUDING ALL);
        CREATE TABLE subscriptions.subscriptions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text NOT NULL, plan_id uuid, stripe_subscription_id text UNIQUE, stripe_customer_id text, stripe_price_id text,
          status public.subscription_status NOT NULL DEFAULT 'active');
        """;

    public string Address => address;

    public static async Task<FormerDatabase> CreateAsync(string rows)
    {
        var former = new FormerDatabase(await TestCluster.CreateDatabaseAsync());
        await former.RunAsync("DROP SCHEMA IF EXISTS credits CASCADE; DROP SCHEMA IF EXISTS subscriptions CASCADE; " + Tables + rows);
        return former;
    }

    public async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync() => await TestCluster.DropDatabaseAsync(address);
}
