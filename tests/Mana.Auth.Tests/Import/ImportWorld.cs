using Mana.Auth.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests.Import;

/// <summary>An original, and a platform that it moves to. One per test: both are changed.</summary>
public sealed class ImportWorld : IAsyncDisposable
{
    public string Original { get; private init; } = "";

    public string Database { get; private init; } = "";

    public TestHost Host { get; private init; } = null!;

    public AuthApi Api { get; private init; } = null!;

    public static async Task<ImportWorld> CreateAsync(bool rows = true)
    {
        var original = await TestCluster.CreateDatabaseAsync(migrated: false);
        await RunAsync(original, OriginalSchema.Sql + (rows ? OriginalSchema.Rows : ""));
        var database = await TestCluster.CreateDatabaseAsync();
        var host = await HostOn(database).StartAsync();
        return new ImportWorld { Original = original, Database = database, Host = host, Api = new AuthApi(host) };
    }

    /// <summary>With the key that the vectors of the specification are made with.</summary>
    public static TestHost HostOn(string database) => new TestHost(database).With("Auth:KeyEncryptionKey", Convert.ToBase64String(new byte[32]));

    public Task<AuthImportResult> ImportAsync(int batch = 500, bool dryRun = false, string? source = null, IProgress<AuthImportProgress>? progress = null, CancellationToken stop = default) =>
        Host.Services.GetRequiredService<IAuthImport>().RunAsync(new AuthImportRequest(source ?? Original, "auth", batch, dryRun), progress ?? new At(_ => { }), stop);

    public async Task<AuthImportResult.Completed> CompletedAsync(int batch = 500, bool dryRun = false) =>
        Assert.IsType<AuthImportResult.Completed>(await ImportAsync(batch, dryRun));

    public async Task<AuthImportResult.Refused> RefusedAsync(string? source = null) => Assert.IsType<AuthImportResult.Refused>(await ImportAsync(source: source));

    public Task OriginalAsync(string sql) => RunAsync(Original, sql);

    public Task HereAsync(string sql) => RunAsync(Database, sql);

    /// <summary>Rows as text, columns apart by <c>|</c>.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SET TIME ZONE 'UTC'; " + sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "" : Convert.ToString(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }

    /// <summary>Everything that an import leaves behind, but for what is made up anew each time.</summary>
    public async Task<List<string>> DumpAsync()
    {
        var dump = await RowsAsync("SELECT (to_jsonb(u) - 'security_stamp' - 'concurrency_stamp')::text FROM auth.users u ORDER BY id");
        foreach (var table in (string[])["members", "encryption_vaults", "encryption_vault_audit", "api_keys", "personas", "persona_actions", "persona_feedback"])
            dump.AddRange(await RowsAsync($"SELECT to_jsonb(t)::text FROM auth.{table} t WHERE NOT to_jsonb(t) ? 'organization_id' OR to_jsonb(t) ->> 'organization_id' LIKE 'o-%' ORDER BY 1"));
        dump.AddRange(await RowsAsync("SELECT to_jsonb(o)::text FROM auth.organizations o WHERE id LIKE 'o-%' ORDER BY id"));
        dump.AddRange(await RowsAsync("SELECT name, slug, type, tier, owner_user_id FROM auth.organizations o WHERE id NOT LIKE 'o-%' ORDER BY slug"));
        return dump;
    }

    public static async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        await TestCluster.DropDatabaseAsync(Original);
    }

    internal sealed class At(Action<AuthImportProgress> what) : IProgress<AuthImportProgress>
    {
        public void Report(AuthImportProgress value) => what(value);
    }
}
