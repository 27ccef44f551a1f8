using System.Globalization;
using Npgsql;

namespace Mana.Sync.Tests.Cursors;

/// <summary>
/// For any page size, start and cursor kind: the pages of a pull are together exactly the rows that belong to it, once each and in order.
/// The expectation is computed from the log itself. A failing seed and case are printed and fail again.
/// </summary>
public sealed class PagingPropertyTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const int Logs = 20;
    const int CasesPerLog = 50;

    static readonly string[] Devices = ["a", "b", ""];
    static readonly string[] Tables = ["tasks", "projects"];

    [Fact]
    public async Task Pages_are_the_whole_in_order_and_without_duplicates()
    {
        for (var seed = 1; seed <= Logs; seed++)
        {
            var random = new Random(seed);
            var person = await fixture.PersonAsync();
            await WriteLogAsync(person, random);
            var log = await ReadLogAsync(person);
            for (var i = 0; i < CasesPerLog; i++)
                await CheckAsync(person, log, random, $"seed {seed} case {i}");
        }
    }

    static async Task CheckAsync(SyncClient person, List<Row> log, Random random, string name)
    {
        var reader = person.As(Devices[random.Next(Devices.Length)]);
        var table = Tables[random.Next(Tables.Length)];
        var kind = random.Next(2) == 0 ? CursorKind.Opaque : CursorKind.Timestamp;
        var limit = random.Next(3) == 0 ? random.Next(1, 5) : random.Next(5, 60);
        var after = random.Next(2) == 0 ? 0 : log[random.Next(log.Count)].Seq;
        var expected = log.Where(row => row.Table == table && row.Seq > after && (after == 0 || reader.ClientId.Length == 0 || row.Device != reader.ClientId)).Select(row => row.Id);

        var answer = (await reader.PullAsync(table, after == 0 ? SyncClient.Epoch : Text(after), limit: limit)).Ok();
        var received = answer.Ids.ToList();
        while (answer.HasMore)
        {
            Assert.True(answer.Changes.Count == limit, $"{name}: a page of {answer.Changes.Count} says that there is more, limit {limit}");
            answer = (await reader.PullAfterAsync(answer, kind, table, limit)).Ok();
            received.AddRange(answer.Ids);
        }

        Assert.True(expected.SequenceEqual(received), $"{name}: {kind} pages of {limit} of {table} for '{reader.ClientId}' after {after}\nexpected {string.Join(' ', expected)}\nreceived {string.Join(' ', received)}");
        Assert.Empty((await reader.PullAfterAsync(answer, kind, table, limit)).Ok().Changes);
    }

    /// <summary>Some dozens of rows from three devices into two collections of this app and one of another, in pushes of any size.</summary>
    static async Task WriteLogAsync(SyncClient person, Random random)
    {
        var next = 0;
        for (var push = 0; push < 12; push++)
        {
            var device = person.As(Devices[random.Next(Devices.Length)], random.Next(6) == 0 ? "calendar" : "todo");
            await device.StoreAsync(Change.Many(random.Next(1, 12), _ => Change.Insert("t" + next++.ToString(CultureInfo.InvariantCulture), table: Tables[random.Next(Tables.Length)])));
        }
    }

    async Task<List<Row>> ReadLogAsync(SyncClient person)
    {
        await using var connection = await fixture.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT c.seq, c.client_id, c.table_name, c.record_id FROM sync.changes c JOIN sync.scopes s ON s.id = c.scope_id WHERE s.name = $1 AND c.app_id = 'todo' ORDER BY c.seq", connection);
        command.Parameters.Add(new() { Value = SyncFixture.Scope(person) });
        await using var rows = await command.ExecuteReaderAsync();
        var log = new List<Row>();
        while (await rows.ReadAsync())
            log.Add(new Row(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3)));
        return log;
    }

    static string Text(long micros) => DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    sealed record Row(long Seq, string Device, string Table, string Id);
}
