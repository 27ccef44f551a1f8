using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>Creates <c>mana_owner</c> (owns the tables, cannot log in) and <c>mana_app</c> (serves, owns nothing) when they are missing.</summary>
internal static class DatabaseRoles
{
    public static async Task EnsureAsync(NpgsqlConnection connection, DatabaseOptions options, CancellationToken cancellationToken)
    {
        await RunAsync(connection, """
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mana_owner') THEN
                BEGIN CREATE ROLE mana_owner NOLOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
              END IF;
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mana_app') THEN
                BEGIN
                  CREATE ROLE mana_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                  -- A host that vanished in the middle of a push must not hold the lock of a scope for the two hours that TCP would wait.
                  ALTER ROLE mana_app SET idle_in_transaction_session_timeout = '5min';
                  ALTER ROLE mana_app SET tcp_keepalives_idle = 30;
                  ALTER ROLE mana_app SET lock_timeout = '15s';
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
              END IF;
              IF NOT pg_has_role(current_user, 'mana_owner', 'USAGE') THEN
                EXECUTE format('GRANT mana_owner TO %I', current_user);
              END IF;
              IF NOT has_database_privilege('mana_owner', current_database(), 'CREATE') THEN
                EXECUTE format('GRANT CREATE ON DATABASE %I TO mana_owner', current_database());
              END IF;
              -- Nothing of ours makes temporary tables, and they could stand in for what functions of mana_owner look up.
              IF has_database_privilege('mana_app', current_database(), 'TEMPORARY')
                  AND pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE') THEN
                EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
              END IF;
            END $$;
            """, cancellationToken);
        await GiveDefaultPrivilegesAsync(connection, cancellationToken);
        await SetPasswordAsync(connection, options, cancellationToken);
    }

    /// <summary>Whatever <c>mana_owner</c> creates later, <c>mana_app</c> may use: rows of tables, never their definition.</summary>
    static Task GiveDefaultPrivilegesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => RunAsync(connection, """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_default_acl a JOIN pg_roles r ON r.oid = a.defaclrole WHERE r.rolname = 'mana_owner') THEN
            ALTER DEFAULT PRIVILEGES FOR ROLE mana_owner GRANT USAGE ON SCHEMAS TO mana_app;
            ALTER DEFAULT PRIVILEGES FOR ROLE mana_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mana_app;
            ALTER DEFAULT PRIVILEGES FOR ROLE mana_owner GRANT USAGE, SELECT ON SEQUENCES TO mana_app;
          END IF;
        END $$;
        """, cancellationToken);

    /// <summary>Touches the shared catalogue only when the run-time login does not work yet: an idle start writes nothing.</summary>
    static async Task SetPasswordAsync(NpgsqlConnection connection, DatabaseOptions options, CancellationToken cancellationToken)
    {
        // Past a pooler, which may know the role only after it has a password.
        var runtime = ConnectionStrings.Direct(options);
        if (runtime.Password is not { Length: > 0 } password || await CanLogInAsync(runtime, cancellationToken))
            return;
        // ALTER ROLE takes no parameters; format(%L) quotes the literal.
        await using var command = new NpgsqlCommand("SELECT format('ALTER ROLE mana_app LOGIN PASSWORD %L', $1)", connection);
        command.Parameters.Add(new() { Value = password });
        var statement = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        await RunAsync(connection, statement, cancellationToken);
    }

    static async Task<bool> CanLogInAsync(NpgsqlConnectionStringBuilder runtime, CancellationToken cancellationToken)
    {
        try
        {
            await using var probe = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(runtime.ConnectionString) { Pooling = false }.ConnectionString);
            await probe.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith("28", StringComparison.Ordinal))
        {
            return false;
        }
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
