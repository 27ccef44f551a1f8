using Mana.Kernel.Configuration;

namespace Mana.Kernel.Database;

/// <summary>Section <c>Database</c>.</summary>
internal sealed class DatabaseOptions : IManaOptions
{
    /// <summary>
    /// <c>DATABASE_URL</c> (or <c>ConnectionStrings:Mana</c>): URL or Npgsql form. A role that may create roles, or <c>mana_app</c> itself.
    /// </summary>
    public string? Url { get; set; }

    /// <summary><c>DATABASE_PASSWORD</c>: for every URL here that names none, so that one file is enough for a secret.</summary>
    public string? Password { get; set; }

    /// <summary><c>DATABASE_DIRECT_URL</c>: past a pooler in transaction mode, for what needs a session of its own (<see cref="DirectConnection"/>, migrations).</summary>
    public string? DirectUrl { get; set; }

    /// <summary><c>DATABASE_MIGRATION_URL</c>: used for migrations only, when <see cref="Url"/> is the run-time role.</summary>
    public string? MigrationUrl { get; set; }

    /// <summary><c>READ_DATABASE_URL</c>: streaming standbys, one or several hosts, for reads that need not be the primary's work (<see cref="ReadReplicas"/>).</summary>
    public string? ReadUrl { get; set; }

    /// <summary>Most connections that one host keeps open.</summary>
    public int MaxPoolSize { get; set; } = 40;

    /// <summary>0 switches prepared statements off. Null: 100, but 0 behind a pooler, whose sessions know nothing of statements prepared in others.</summary>
    public int? MaxAutoPrepare { get; set; }

    /// <summary>How long start-up waits for a database that is still starting.</summary>
    public int StartupWaitSeconds { get; set; } = 30;

    public IEnumerable<string> Problems(bool production)
    {
        if (production && string.IsNullOrWhiteSpace(Url))
            yield return "DATABASE_URL is not set; Production does not use the embedded PostgreSQL.";
        if (production && Url is { Length: > 0 } && ConnectionStrings.Given(this, Url).Password is { } password && Secrets.Problem(string.IsNullOrEmpty(Password) ? "The password in DATABASE_URL" : "DATABASE_PASSWORD", password, true, 8) is { } problem)
            yield return problem;
        if (ReadUrl is { Length: > 0 } && (DatabaseAddress.Read(ReadUrl) is null || !ConnectionStrings.Replicas(this).Any()))
            yield return "READ_DATABASE_URL is neither postgresql://user:password@host,host/db nor Npgsql's form.";
        if (MaxPoolSize is < 4 or > 1000)
            yield return "Database:MaxPoolSize must be between 4 and 1000.";
    }
}
