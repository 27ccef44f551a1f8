namespace Mana.Sync.Tests.Push;

/// <summary>An event stream frames by lines, so no stored value may hold a line break that its sender put between tokens.</summary>
public sealed class PrettyPrintedTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const string Body = """
        {
          "clientId": "a",
          "changes": [
            {
              "table": "tasks", "id": "t1", "op": "insert",
              "data": {
                "list": [
                  1,
                  2
                ],
                "text": "one\ntwo"
              },
              "actor": {
                "kind": "user"
              }
            },
            { "table": "tasks", "id": "t2", "op": "update", "fields": { "deep": { "value": {
              "x": true
            }, "at": "2026-01-01T00:00:00.000Z" } } }
          ]
        }
        """;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Line_breaks_between_tokens_never_reach_a_stored_value(string lineBreak)
    {
        var a = await fixture.PersonAsync();
        (await a.PostAsync(Body.ReplaceLineEndings(lineBreak))).Ok();

        foreach (var id in new[] { "t1", "t2" })
        {
            Assert.DoesNotContain((await fixture.LogAsync(a, id, "c.body"))[0]!, letter => letter is '\n' or '\r');
            Assert.NotNull(await fixture.StateAsync(a, id));
        }

        var answer = (await a.As("b").PullAsync()).Ok();
        Assert.DoesNotContain(answer.Text, letter => letter is '\n' or '\r');
        JsonAssert.Same("""{"list":[1,2],"text":"one\ntwo"}""", answer.Changes[0]!["data"]);
        JsonAssert.Same("""{"deep":{"value":{"x":true},"at":"2026-01-01T00:00:00.000Z"}}""", answer.Changes[1]!["fields"]);
    }
}
