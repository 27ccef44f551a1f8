using Mana.Sync.Contracts;
using Npgsql;
using static Mana.Sync.Tests.Import.History;

namespace Mana.Sync.Tests.Import;

/// <summary>The comparison after an import agrees with the merge on any history, and finds what was tampered with.</summary>
public sealed class VerificationTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Replay_and_merge_agree_on_random_histories(int seed)
    {
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(Random(seed, 500, [$"v{seed}-1", $"v{seed}-2", $"v{seed}-3"], $"v{seed}-space"));
        Assert.Equal(500, (await fixture.ImportedAsync(original, batch: 33)).Stored());
    }

    [Theory]
    [InlineData("UPDATE sync.records SET state = replace(state::text, '\"Milk\"', '\"Beer\"')::json WHERE record_id = 't1' AND app_id = 'todo'", "has another value in 'title'")]
    [InlineData("UPDATE sync.records SET state = replace(state::text, '00:01.000Z', '00:00.000Z')::json WHERE record_id = 't1'", "has another time for 'title'")]
    [InlineData("UPDATE sync.records SET state = '{\"f\":{}}' WHERE record_id = 't1'", "lacks the field 'title'")]
    [InlineData("DELETE FROM sync.records WHERE record_id = 't1'", "is not here")]
    [InlineData("DELETE FROM sync.changes WHERE record_id = 't1'", "is not here")]
    [InlineData("UPDATE sync.changes SET table_name = 'other' WHERE record_id = 't1'", "todo/other/t1")]
    public async Task What_is_wrong_is_found(string damage, string words)
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(
            Update("t1", """{"title": "Milk"}""", $$"""{"title": "{{Change.At(1)}}"}""", 2) with { User = a.UserId },
            Update("t2", """{"title": "Bread"}""", $$"""{"title": "{{Change.At(1)}}"}""", 3) with { User = a.UserId });
        await fixture.ImportedAsync(original);
        await using (var connection = await fixture.OpenAsync())
        await using (var command = new NpgsqlCommand(damage, connection))
            Assert.True(await command.ExecuteNonQueryAsync() > 0);

        var result = Assert.IsType<ImportResult.Completed>(await fixture.ImportAsync(Importing.From(original.ConnectionString, verifyOnly: true)));
        Assert.False(result.Verification.Passed);
        Assert.Contains(result.Verification.FirstDifferences, difference => difference.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(result.Verification.FirstDifferences, difference => difference.Contains("t2", StringComparison.Ordinal));
        Assert.Equal(0, result.Stored());
    }

    [Fact]
    public async Task Newer_changes_from_elsewhere_are_no_differences()
    {
        var a = await fixture.PersonAsync();
        await using var original = await OriginalDatabase.CreateAsync();
        await original.AddAsync(new[] { "t1", "t2", "t3" }.Select((id, i) => Update(id, """{"title": "Milk"}""", $$"""{"title": "{{Change.At(1)}}"}""", 2 + i) with { User = a.UserId }));
        await fixture.ImportedAsync(original);
        await a.StoreAsync(Change.Update("t1", "title", "\"Oat\"", 50) + "," + Change.Delete("t2") + "," + Change.Update("t3", "more", "1", 50));
        var result = Importing.Verified(await fixture.ImportAsync(Importing.From(original.ConnectionString, verifyOnly: true)));
        Assert.Equal(3, result.Verification.RecordsChangedSince);
    }
}
