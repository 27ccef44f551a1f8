using System.Globalization;
using Mana.Testing;
using Npgsql;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary><c>Mana.Host import-sync</c> as an operator runs it: the built host, its output and its exit code.</summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    const int Rows = 3000;
    string _original = "";
    string _target = "";

    public async ValueTask InitializeAsync()
    {
        _original = await TestCluster.CreateDatabaseAsync(migrated: false);
        _target = await TestCluster.CreateDatabaseAsync(migrated: false);
        await ExecuteAsync(_original, $$"""
            CREATE TABLE sync_changes (id uuid PRIMARY KEY, app_id text NOT NULL, table_name text NOT NULL, record_id text NOT NULL, user_id text NOT NULL, op text NOT NULL,
              data jsonb, field_timestamps jsonb DEFAULT '{}', client_id text NOT NULL, created_at timestamptz NOT NULL);
            INSERT INTO sync_changes SELECT gen_random_uuid(), CASE g % 3 WHEN 0 THEN 'zitare' ELSE 'todo' END, 'items', 'r' || g % 500, 'u' || g % 7, 'update',
              jsonb_build_object('n', g), '{"n": "2026-01-01T00:00:00.000Z"}', 'old', timestamptz '2026-01-02' + g * interval '1 second' FROM generate_series(1, {{Rows}}) g;
            INSERT INTO sync_changes VALUES (gen_random_uuid(), 'todo', 'items', 'bad', 'u1', 'insert', '[]', '{}', 'old', '2026-02-01');
            """);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await TestCluster.DropDatabaseAsync(_original);
        await TestCluster.DropDatabaseAsync(_target);
    }

    [Fact]
    public async Task It_imports_verifies_and_says_so_also_after_it_was_interrupted()
    {
        await using (var interrupted = HostProcess.Command(_target, "import-sync", "--from", _original, "--batch", "4", "--rename", "zitare=quotes"))
        {
            await Eventually.TrueAsync("The import is under way", () => interrupted.Output.Contains("Importing [", StringComparison.Ordinal));
            await interrupted.InterruptAsync();
            Assert.Equal(1, await interrupted.ExitAsync());
            Assert.Contains("the same command goes on from there", interrupted.Output, StringComparison.Ordinal);
        }

        var before = await Stored.ScalarAsync<long>(_target, "SELECT rows_stored FROM sync.imports");
        Assert.InRange(before, 4, Rows - 4);
        await using (var command = HostProcess.Command(_target, "import-sync", "--from", _original, "--rename", "zitare=quotes"))
        {
            Assert.Equal(0, await command.ExitAsync(60));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Earlier runs stored {before:N0} rows."), command.Output, StringComparison.Ordinal);
            Assert.Contains("Skipped 1: data is not an object (", command.Output, StringComparison.Ordinal);
            Assert.Contains("Rows: 3,000 of 3,000 are here.", command.Output, StringComparison.Ordinal);
            Assert.Contains("Verified: no differences.", command.Output, StringComparison.Ordinal);
            Assert.Matches(@"(?m)^quotes +\d", command.Output);
            Assert.DoesNotContain("Now listening", command.Output, StringComparison.Ordinal);
        }

        await ExecuteAsync(_target, "DELETE FROM sync.records WHERE record_id = 'r7' AND app_id = 'todo'");
        await using var verifying = HostProcess.Command(_target, "import-sync", "--from", _original, "--rename", "zitare=quotes", "--verify-only");
        Assert.Equal(1, await verifying.ExitAsync(60));
        Assert.Contains("NOT verified", verifying.Output, StringComparison.Ordinal);
        Assert.Contains("record r7 of user:", verifying.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import-sync")]
    [InlineData("import-sync", "--from", "x", "--frm", "y")]
    [InlineData("import-sync", "--from", "x", "--batch", "many")]
    [InlineData("inport-sync")]
    public async Task What_it_does_not_understand_it_refuses_with_its_usage(params string[] arguments)
    {
        await using var command = HostProcess.Command(_target, arguments);
        Assert.Equal(2, await command.ExitAsync());
        Assert.Contains("--verify-only", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_original_that_cannot_be_read_is_told_in_a_sentence()
    {
        await using var command = HostProcess.Command(_target, "import-sync", "--from", _original, "--table", "nothing");
        Assert.Equal(1, await command.ExitAsync(60));
        Assert.Contains("Nothing was imported: The original database has no table", command.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", command.Output, StringComparison.Ordinal);
    }

    static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
