using Mana.Sync.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Tests.Import;

/// <summary>Imports into the host of a fixture, and looks at what is stored.</summary>
internal static class Importing
{
    static readonly Dictionary<string, string> NoRenames = new(StringComparer.Ordinal);

    public static ImportRequest From(string source, int batch = 1000, bool verifyOnly = false, Dictionary<string, string>? renames = null) =>
        new(source, ImportRequest.DefaultTable, batch, verifyOnly, renames ?? NoRenames);

    public static Task<ImportResult> ImportAsync(this SyncFixture fixture, ImportRequest request, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
        fixture.Host.ImportAsync(request, progress, cancellationToken);

    public static Task<ImportResult> ImportAsync(this TestHost host, ImportRequest request, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default) =>
        host.Services.GetRequiredService<ISyncImport>().RunAsync(request, progress ?? new Silent(), cancellationToken);

    /// <summary>Imports, and insists that all of it arrived and compares equal.</summary>
    public static async Task<ImportResult.Completed> ImportedAsync(this SyncFixture fixture, OriginalDatabase original, int batch = 1000, Dictionary<string, string>? renames = null) =>
        Verified(await fixture.ImportAsync(From(original.ConnectionString, batch, renames: renames)));

    public static ImportResult.Completed Verified(ImportResult result)
    {
        var completed = Assert.IsType<ImportResult.Completed>(result);
        Assert.True(completed.Verification.Passed, string.Join('\n', completed.Verification.FirstDifferences));
        Assert.Equal(completed.Verification.Rows, completed.Verification.RowsHere);
        Assert.Equal(completed.Verification.Records, completed.Verification.RecordsCompared);
        return completed;
    }

    public static long Stored(this ImportResult.Completed completed) => completed.Apps.Sum(app => app.Stored);

    /// <summary>Everything that an import leaves behind, in words; without surrogate keys, which depend on the order of arrival.</summary>
    public static async Task<List<string>> DumpAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            SELECT concat_ws(' ', s.name, a.name, c.app_id, c.seq, c.event_id, c.table_name, c.record_id, c.client_id, c.op, c.echo, c.body::text, c.lost::text, c.prev_seq, sign(c.audience))
            FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id JOIN sync.scopes a ON a.id = c.author_id
            UNION ALL SELECT concat_ws(' ', s.name, a.name, r.app_id, r.table_name, r.record_id, r.state::text, r.last_seq, r.deleted, r.partial, r.private)
            FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id JOIN sync.scopes a ON a.id = r.author_id
            UNION ALL SELECT concat_ws(' ', name, last_seq) FROM sync.scopes ORDER BY 1
            """, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
            lines.Add(rows.GetString(0));
        return lines;
    }

    sealed class Silent : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            // Nobody watches.
        }
    }
}

/// <summary>Does something at a point of the import.</summary>
internal sealed class AtProgress(Func<ImportProgress, bool> when, Action what) : IProgress<ImportProgress>
{
    public void Report(ImportProgress value)
    {
        if (when(value))
            what();
    }
}
