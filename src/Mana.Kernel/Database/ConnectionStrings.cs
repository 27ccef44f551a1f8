using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Mana.Kernel.Database;

/// <summary>Derives the two connection strings of design section 5 from what the operator gave.</summary>
internal static class ConnectionStrings
{
    public const string OwnerRole = "mana_owner";
    public const string AppRole = "mana_app";

    /// <summary>Accepts <c>postgresql://user:password@host:port,host:port/database?sslmode=require</c> and the Npgsql form.</summary>
    public static NpgsqlConnectionStringBuilder Parse(string value)
    {
        if (!value.StartsWith("postgres://", StringComparison.Ordinal) && !value.StartsWith("postgresql://", StringComparison.Ordinal))
            return new NpgsqlConnectionStringBuilder(value);
        var (address, hosts) = SeveralHosts(value);
        var uri = new Uri(address);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = hosts ?? uri.Host,
            Port = hosts is null && uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
        };
        if (user.Length == 2)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            builder[parts[0] == "sslmode" ? "SSL Mode" : parts[0]] = Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : "");
        }

        return builder;
    }

    /// <summary>A URI has one host; libpq and Npgsql take a list. The list, and the URL with its first host.</summary>
    static (string Url, string? Hosts) SeveralHosts(string url)
    {
        var authority = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        authority = authority[..(authority.IndexOfAny('/', '?') is >= 0 and var end ? end : authority.Length)];
        var hosts = authority[(authority.LastIndexOf('@') + 1)..].ToString();
        return hosts.Contains(',', StringComparison.Ordinal) ? (url.Replace(hosts, hosts[..hosts.IndexOf(',', StringComparison.Ordinal)], StringComparison.Ordinal), hosts) : (url, null);
    }

    /// <summary>What the operator wrote, with the password that he gave apart from it.</summary>
    public static NpgsqlConnectionStringBuilder Given(DatabaseOptions options, string url)
    {
        var given = Parse(url);
        if (string.IsNullOrEmpty(given.Password) && !string.IsNullOrEmpty(options.Password))
            given.Password = options.Password;
        return given;
    }

    /// <summary>The connection that runs migrations; null when only the run-time role was given.</summary>
    public static NpgsqlConnectionStringBuilder? Migration(DatabaseOptions options)
    {
        if (options.MigrationUrl is { Length: > 0 } url)
            return Tuned(Given(options, url), options, pooling: false);
        var given = Given(options, DirectUrl(options));
        return given.Username == AppRole ? null : Tuned(given, options, pooling: false);
    }

    /// <summary>
    /// The connection that serves requests: always role <c>mana_app</c>. When the operator gave a stronger role, the password of
    /// <c>mana_app</c> is derived from that role's, so that one secret is enough and every host derives the same.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Runtime(DatabaseOptions options) => AsApp(options, options.Url!);

    /// <summary>The same role past a pooler; the same address when there is none.</summary>
    public static NpgsqlConnectionStringBuilder Direct(DatabaseOptions options)
    {
        var direct = AsApp(options, DirectUrl(options));
        direct.MaxPoolSize = DirectConnection.PoolSize;
        return direct;
    }

    /// <summary>
    /// The same role on each host of <c>READ_DATABASE_URL</c>. One by one, because whether a standby has replayed enough is asked of the one that will be read
    /// from. Short patience: the primary can do the same.
    /// </summary>
    public static IEnumerable<NpgsqlConnectionStringBuilder> Replicas(DatabaseOptions options)
    {
        if (options.ReadUrl is not { Length: > 0 } url)
            yield break;
        var all = AsApp(options, url);
        (all.Timeout, all.CommandTimeout) = (2, 10);
        all.Remove("Target Session Attributes");
        foreach (var address in (all.Host ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (host, port) = HostAndPort(address, all.Port);
            yield return new NpgsqlConnectionStringBuilder(all.ConnectionString) { Host = host, Port = port };
        }
    }

    /// <summary><c>host</c>, <c>host:port</c>, <c>[v6]:port</c> or the folder of a socket.</summary>
    static (string Host, int Port) HostAndPort(string address, int otherwise)
    {
        var colon = address.LastIndexOf(':');
        var hasPort = colon > 0 && address[0] != '/' && (address[colon - 1] == ']' || address.IndexOf(':', StringComparison.Ordinal) == colon);
        return hasPort && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (address[..colon], port) : (address, otherwise);
    }

    static string DirectUrl(DatabaseOptions options) => options.DirectUrl is { Length: > 0 } direct ? direct : options.Url!;

    static NpgsqlConnectionStringBuilder AsApp(DatabaseOptions options, string url)
    {
        var given = Given(options, url);
        if (given.Username != AppRole)
        {
            given.Username = AppRole;
            given.Password = AppPassword(given.Password);
        }

        return Tuned(given, options, pooling: true);
    }

    public static string? AppPassword(string? strongerPassword) => string.IsNullOrEmpty(strongerPassword)
        ? null
        : Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(strongerPassword), "mana_app role password v1"u8));

    static NpgsqlConnectionStringBuilder Tuned(NpgsqlConnectionStringBuilder builder, DatabaseOptions options, bool pooling)
    {
        builder.ApplicationName ??= "mana";
        builder.Pooling = pooling;
        builder.Timeout = 5;
        builder.CommandTimeout = pooling ? 30 : 0;
        if (pooling)
        {
            builder.MaxPoolSize = options.MaxPoolSize;
            builder.MaxAutoPrepare = options.MaxAutoPrepare ?? (options.DirectUrl is { Length: > 0 } ? 0 : 100);
            builder.AutoPrepareMinUsages = 2;
            // Everything that a request sets is transaction-local, so a returned connection carries nothing to reset.
            builder.NoResetOnClose = true;
            builder.WriteBufferSize = 32 * 1024;
            builder.ReadBufferSize = 32 * 1024;
        }

        return builder;
    }
}
