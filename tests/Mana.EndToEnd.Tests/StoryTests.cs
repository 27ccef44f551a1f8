using Mana.Devices;

namespace Mana.EndToEnd.Tests;

/// <summary>The story that <c>infra/demo</c> tells, with the database open beside it.</summary>
public sealed class StoryTests(SharedHost host, ITestOutputHelper output)
{
    [Fact]
    public async Task Two_devices_with_a_bad_network_and_a_wrong_clock_end_up_the_same()
    {
        var end = await new TwoDeviceStory(host.Address, output.WriteLine).PlayAsync(TestContext.Current.CancellationToken);

        Assert.Empty(end.Problems);
        var stored = await Stored.VisibleAsync(host.Database, end.Person.UserId);
        Assert.Equal(TwoDeviceStory.Survivors, stored.Split('\n').Length);
        Assert.Equal(stored, end.Phone.Store.Visible());
        Assert.Equal(stored, end.Laptop.Store.Visible());
        Assert.Equal(stored, end.Fresh.Store.Visible());
        // 30 creations and 10 edits, each of them pushed at least once and half of them twice.
        Assert.Equal(40, await Stored.ChangesOfAsync(host.Database, end.Person.UserId));
        Assert.Equal(TwoDeviceStory.Tasks, await host.ScalarAsync<long>(
            "SELECT count(*) FROM sync.records r JOIN sync.scopes s ON s.id = r.scope_id WHERE s.name = 'user:' || $1 AND r.app_id = 'todo'", end.Person.UserId));
    }
}
