using Mana.Sync.Tests.Spaces;
using Npgsql;

namespace Mana.Sync.Tests.Data;

/// <summary>Row-level security of shared spaces, asked with raw SQL as the run-time role: a query that forgets its WHERE shows nothing foreign.</summary>
public sealed class SharedRowSecurityTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    /// <summary>Of the app of these tests: every new space also gets a document of its own, some time later.</summary>
    const string Everything = "SELECT coalesce(string_agg(record_id, ',' ORDER BY record_id) FILTER (WHERE app_id = 'todo'), '') FROM sync.";

    [Fact]
    public async Task A_member_sees_the_space_without_what_others_keep_private()
    {
        var (a, b, space) = await FilledAsync();
        foreach (var table in (string[])["changes", "records"])
        {
            Assert.Equal("a-own,hidden,shared", await AskAsync(Everything + table, [Of(a), "space:" + space], "", Of(a)));
            Assert.Equal("b-own,shared", await AskAsync(Everything + table, [Of(b), "space:" + space], "", Of(b)));
            Assert.Equal("shared", await AskAsync(Everything + table, ["space:" + space], "", "user:who-never-wrote"));
            Assert.Equal("b-own", await AskAsync(Everything + table, [Of(b)], "", Of(b)));
        }
    }

    [Fact]
    public async Task What_was_withdrawn_is_the_author_s_and_what_is_for_the_others_is_not()
    {
        var (a, b, space) = await FilledAsync();
        await a.StoreAsync(Change.Update("shared", $$$"""{"visibility":{"value":"private","at":"{{{Change.At(5)}}}"}}""", $"\"spaceId\":\"{space}\""));
        const string bodies = "SELECT string_agg(op || ':' || coalesce(body::text, ''), '|' ORDER BY seq) FROM sync.changes WHERE record_id = 'shared'";
        var (ofA, ofB) = ((string)(await AskAsync(bodies, ["space:" + space], "", Of(a)))!, (string)(await AskAsync(bodies, ["space:" + space], "", Of(b)))!);
        Assert.Contains("Milk", ofA, StringComparison.Ordinal);
        Assert.DoesNotContain("4:", ofA, StringComparison.Ordinal);
        Assert.StartsWith("4:", ofB, StringComparison.Ordinal);
        Assert.DoesNotContain("Milk", ofB, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE sync.records SET deleted = true", 0)]
    [InlineData("UPDATE sync.changes SET body = NULL", 0)]
    [InlineData("DELETE FROM sync.changes", 0)]
    public async Task A_reader_writes_nothing(string sql, int rows)
    {
        var (a, _, space) = await FilledAsync();
        Assert.Equal(rows, await ChangeAsync(sql, [Of(a), "space:" + space], "", Of(a)));
    }

    [Fact]
    public async Task Housekeeping_finds_scopes_and_shows_no_rows_of_those_it_has_not_entered()
    {
        var (a, _, space) = await FilledAsync();
        Assert.NotEqual(0L, await AskAsync("SELECT count(*) FROM sync.scopes", [], "", "", system: true));
        Assert.Equal(0L, await AskAsync("SELECT count(*) FROM sync.changes", [], "", "", system: true));
        Assert.Equal(0L, await AskAsync("SELECT count(*) FROM sync.records", [], "", "", system: true));
        Assert.Equal("a-own,hidden,shared", await AskAsync(Everything + "changes", [], "", Of(a), system: true));
        Assert.Equal("hidden,shared", await AskAsync(Everything + "changes", ["space:" + space], "space:" + space, "", system: true));
    }

    async Task<(SyncClient A, SyncClient B, string Space)> FilledAsync()
    {
        var (a, b) = (await fixture.MemberAsync(), await fixture.MemberAsync());
        var space = await fixture.SpaceAsync(a, b);
        var hidden = Change.InsertData("hidden", """{"title":"Milk","visibility":"private"}""", more: $"\"spaceId\":\"{space}\"");
        await a.StoreAsync(Change.Insert("a-own") + "," + SpaceScenarios.In(space, "shared") + "," + hidden);
        await b.StoreAsync(Change.Insert("b-own"));
        return (a, b, space);
    }

    async Task<object?> AskAsync(string sql, string[] read, string write, string author, bool system = false)
    {
        await using var connection = await EnterAsync(read, write, author, system);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    async Task<int> ChangeAsync(string sql, string[] read, string write, string author)
    {
        await using var connection = await EnterAsync(read, write, author, system: false);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Settings of the session instead of the transaction: the connection is thrown away.</summary>
    async Task<NpgsqlConnection> EnterAsync(string[] read, string write, string author, bool system)
    {
        var settings = new NpgsqlConnectionStringBuilder(fixture.Database) { Username = "mana_app", Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var enter = new NpgsqlCommand(
            "SELECT set_config('mana.read', $1, false), set_config('mana.write', $2, false), set_config('mana.author', $3, false), set_config('mana.system', $4, false)", connection);
        foreach (var value in (string[])[string.Join('\x1f', read), write, author, system ? "maintenance" : ""])
            enter.Parameters.Add(new() { Value = value });
        await enter.ExecuteNonQueryAsync();
        return connection;
    }

    static string Of(SyncClient person) => SyncFixture.Scope(person);
}
