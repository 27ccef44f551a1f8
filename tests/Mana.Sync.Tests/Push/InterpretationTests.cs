using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Push;

/// <summary>The tables of sync.md 2.5 and 2.6, row by row: what each shape of a change becomes for others, and in the merged state.</summary>
public sealed class InterpretationTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string T0 = "2026-01-01T00:00:00.000Z";
    const string T1 = "2026-01-01T00:00:01.000Z";
    const string T2 = "2026-01-01T00:00:02.000Z";

    [Fact]
    public Task Insert_with_data() => BecomesAsync(
        """{"op":"insert","data":{"id":"t1","title":"x","n":null,"createdAt":"T1"}}""",
        """{"op":"insert","data":{"id":"t1","title":"x","n":null,"createdAt":"T1"},"fieldMeta":{"title":"T1","n":"T1","createdAt":"T1"}}""",
        """{"title":["x","T1"],"n":[null,"T1"],"createdAt":["T1","T1"]}""");

    [Fact]
    public Task Insert_without_data() => BecomesAsync("""{"op":"insert"}""", """{"op":"insert"}""", "{}");

    [Fact]
    public Task Insert_with_null_data() => BecomesAsync("""{"op":"insert","data":null}""", """{"op":"insert"}""", "{}");

    [Fact]
    public Task Insert_with_empty_data() => BecomesAsync("""{"op":"insert","data":{}}""", """{"op":"insert","data":{}}""", "{}");

    /// <summary>The original dropped them and kept an insert without data.</summary>
    [Fact]
    public Task Insert_with_fields_only_is_the_object_they_describe() => BecomesAsync(
        """{"op":"insert","fields":{"title":{"value":"x","at":"T1"},"n":{"value":[1],"at":"T2"}}}""",
        """{"op":"insert","data":{"title":"x","n":[1]},"fieldMeta":{"title":"T1","n":"T2"}}""",
        """{"title":["x","T1"],"n":[[1],"T2"]}""");

    [Fact]
    public Task Insert_with_data_and_fields_takes_values_from_data_and_times_from_fields() => BecomesAsync(
        """{"op":"insert","data":{"id":"t1","title":"data","createdAt":"T0"},"fields":{"title":{"value":"field","at":"T2"},"extra":{"value":1,"at":"T2"}}}""",
        """{"op":"insert","data":{"id":"t1","title":"data","createdAt":"T0"},"fieldMeta":{"title":"T2","createdAt":"T0"}}""",
        """{"title":["data","T2"],"createdAt":["T0","T0"]}""");

    [Fact]
    public Task Insert_times_come_from_fieldMeta_then_fields_then_updatedAt_then_createdAt() => BecomesAsync(
        """
        {"op":"insert","data":{"a":1,"b":1,"c":1,"createdAt":"T0","updatedAt":"T1"},"fieldMeta":{"a":"2026-01-01T00:00:09Z","b":{"at":"2026-01-01T00:00:08Z","origin":"user"}},
         "fields":{"a":{"value":0,"at":"T2"},"c":{"value":0,"updatedAt":"T2"}}}
        """,
        """
        {"op":"insert","data":{"a":1,"b":1,"c":1,"createdAt":"T0","updatedAt":"T1"},
         "fieldMeta":{"a":"2026-01-01T00:00:09Z","b":"2026-01-01T00:00:08Z","c":"T2","createdAt":"T1","updatedAt":"T1"}}
        """,
        """{"a":[1,"2026-01-01T00:00:09Z"],"b":[1,"2026-01-01T00:00:08Z"],"c":[1,"T2"],"createdAt":["T0","T1"],"updatedAt":["T1","T1"]}""");

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("17")]
    [InlineData("null")]
    public Task An_updatedAt_that_is_no_time_is_data_and_createdAt_dates_the_insert(string updatedAt) => BecomesAsync(
        $$$"""{"op":"insert","data":{"createdAt":"T1","updatedAt":{{{updatedAt}}}}}""",
        $$$"""{"op":"insert","data":{"createdAt":"T1","updatedAt":{{{updatedAt}}}},"fieldMeta":{"createdAt":"T1","updatedAt":"T1"}}""",
        $$"""{"createdAt":["T1","T1"],"updatedAt":[{{updatedAt}},"T1"]}""");

    [Fact]
    public Task Hidden_bookkeeping_and_the_id_have_no_times_but_travel() => BecomesAsync(
        """{"op":"insert","data":{"id":"other","__fieldTimestamps":{"x":1},"createdAt":"T1"}}""",
        """{"op":"insert","data":{"id":"other","__fieldTimestamps":{"x":1},"createdAt":"T1"},"fieldMeta":{"createdAt":"T1"}}""",
        """{"createdAt":["T1","T1"]}""");

    [Fact]
    public Task Update_with_fields() => BecomesAsync(
        """{"op":"update","fields":{"title":{"value":"x","at":"T1"},"done":{"value":false,"at":"T2"}}}""",
        """{"op":"update","fields":{"title":{"value":"x","at":"T1"},"done":{"value":false,"at":"T2"}}}""",
        """{"title":["x","T1"],"done":[false,"T2"]}""");

    [Fact]
    public Task Update_with_fields_and_data_takes_the_fields() => BecomesAsync(
        """{"op":"update","fields":{"title":{"value":"field","at":"T1"}},"data":{"title":"data","more":1}}""",
        """{"op":"update","fields":{"title":{"value":"field","at":"T1"}}}""",
        """{"title":["field","T1"]}""");

    [Fact]
    public Task Update_with_data_and_fieldMeta_as_server_writers_send_it() => BecomesAsync(
        """{"op":"update","data":{"id":"t1","title":"x","n":2},"fieldMeta":{"title":"T1","n":{"at":"T2","actor":{"kind":"system"},"origin":"system"},"gone":"T2"}}""",
        """{"op":"update","fields":{"title":{"value":"x","at":"T1"},"n":{"value":2,"at":"T2"}}}""",
        """{"title":["x","T1"],"n":[2,"T2"]}""");

    [Fact]
    public Task Update_with_a_field_that_lost_its_value_on_the_way() => BecomesAsync(
        """{"op":"update","fields":{"title":{"at":"T1"}}}""",
        """{"op":"update","fields":{"title":{"value":null,"at":"T1"}}}""",
        """{"title":[null,"T1"]}""");

    [Fact]
    public Task At_wins_over_its_old_name() => BecomesAsync(
        """{"op":"update","fields":{"title":{"value":"x","updatedAt":"T1","at":"T2"},"n":{"at":null,"updatedAt":"T1","value":1}}}""",
        """{"op":"update","fields":{"title":{"value":"x","at":"T2"},"n":{"value":1,"at":"T1"}}}""",
        """{"title":["x","T2"],"n":[1,"T1"]}""");

    /// <summary>As a field: the original dropped it. Unmodified clients send it with op "delete" only.</summary>
    [Fact]
    public Task Update_with_deletedAt_is_a_soft_delete_with_edits() => BecomesAsync(
        """{"op":"update","fields":{"title":{"value":"x","at":"T1"}},"deletedAt":"T2"}""",
        """{"op":"update","fields":{"title":{"value":"x","at":"T1"},"deletedAt":{"value":"T2","at":"T2"}}}""",
        """{"title":["x","T1"],"deletedAt":["T2","T2"]}""");

    [Fact]
    public Task Delete_with_deletedAt() => BecomesAsync("""{"op":"delete","deletedAt":"T1","data":{"title":"x"}}""", """{"op":"delete","deletedAt":"T1"}""", """{"deletedAt":["T1","T1"]}""");

    [Fact]
    public async Task Delete_without_deletedAt_keeps_a_tombstone()
    {
        var person = await BecomesAsync("""{"op":"delete","data":{"title":"x"}}""", """{"op":"delete"}""", "{}");
        Assert.True((await fixture.StateAsync(person, "t1"))!.IsErased);
    }

    [Fact]
    public async Task An_update_without_times_takes_the_time_of_receipt()
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync("""{"table":"tasks","id":"t1","op":"update","data":{"a":1,"b":2}}""");
        var fields = (await person.As("b").PullAsync()).Ok().Only["fields"]!;
        Assert.Equal((string)fields["a"]!["at"]!, (string)fields["b"]!["at"]!);
        Assert.NotEqual(T0, (string)fields["a"]!["at"]!);
    }

    [Theory]
    [InlineData("""{"op":"update"}""")]
    [InlineData("""{"op":"update","fields":{}}""")]
    [InlineData("""{"op":"update","fields":{},"data":{}}""")]
    [InlineData("""{"op":"update","fields":{"id":{"value":"t9","at":"T1"}}}""")]
    public async Task An_update_of_nothing_is_logged_and_delivers_nothing(string change)
    {
        var person = await PushedAsync(change);
        Assert.Equal(1, await fixture.RowsAsync(person));
        Assert.Empty((await person.As("b").PullAsync()).Ok().Changes);
    }

    [Fact]
    public Task Of_two_members_with_one_name_the_last_counts() => BecomesAsync(
        """{"op":"update","fields":{"title":{"value":"first","at":"T2"},"title":{"value":"last","at":"T1"}}}""",
        """{"op":"update","fields":{"title":{"value":"last","at":"T1"}}}""",
        """{"title":["last","T1"]}""");

    /// <summary>
    /// Pushes a change of t1, compares what another device receives (without the members that every change has), and the merged state,
    /// written <c>{field: [value, time]}</c>.
    /// </summary>
    async Task<SyncClient> BecomesAsync(string change, string delivered, string state)
    {
        var person = await PushedAsync(change);
        var received = (await person.As("b").PullAsync()).Ok().Only;
        foreach (var member in new[] { "eventId", "schemaVersion", "table", "id" })
            Assert.True(received.Remove(member));
        JsonAssert.Same(Timed(delivered), received);
        var fields = (await fixture.StateAsync(person, "t1"))!.Fields.Select(field => KeyValuePair.Create(
            field.Key, (JsonNode?)new JsonArray(JsonNode.Parse(field.Value.Value.Span), JsonNode.Parse(field.Value.At.Span))));
        JsonAssert.Same(Timed(state), new JsonObject(fields));
        return person;
    }

    async Task<SyncClient> PushedAsync(string change)
    {
        var person = await fixture.PersonAsync();
        await person.StoreAsync("""{"table":"tasks","id":"t1",""" + Timed(change).Trim()[1..]);
        return person;
    }

    static string Timed(string text) => text.Replace("\"T0\"", $"\"{T0}\"", StringComparison.Ordinal).Replace("\"T1\"", $"\"{T1}\"", StringComparison.Ordinal).Replace("\"T2\"", $"\"{T2}\"", StringComparison.Ordinal);
}
