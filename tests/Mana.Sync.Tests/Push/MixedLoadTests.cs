using System.Net;

namespace Mana.Sync.Tests.Push;

/// <summary>Pushes and pulls side by side. How fast they are is a number of Mana.Load (<c>mixed</c>); that none of them fails is tested here.</summary>
public sealed class MixedLoadTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const int People = 20;
    const int Requests = 200;

    [Fact]
    public async Task Scenario_24_8_127_a_second_of_mixed_requests_at_once_is_answered_whole_and_nothing_is_missing()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => fixture.PersonAsync()));
        var sent = new int[People];
        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(turn =>
        {
            var person = turn % People;
            // As the original's load scripts mixed them: 60 % pushes of 1 to 10 changes, 40 % pulls.
            if (turn / People % 5 >= 3)
                return people[person].As("b").PullAsync();
            var changes = 1 + (turn % 10);
            sent[person] += changes;
            return people[person].PushAsync(string.Join(',', Enumerable.Range(0, changes).Select(change =>
                $$$"""{"table":"tasks","id":"r{{{turn}}}-{{{change}}}","op":"insert","data":{"id":"r{{{turn}}}-{{{change}}}","title":"x"}}""")));
        }));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(Requests * 3 / 5 * 11 / 2, sent.Sum());
        foreach (var (person, count) in people.Zip(sent))
            Assert.Equal(count, (await person.As("c").PullAsync(limit: 1000)).Ok().Ids.Distinct(StringComparer.Ordinal).Count());
    }
}
