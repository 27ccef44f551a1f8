namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>Acknowledged is stored, and stored once, whoever is killed in the middle of it.</summary>
public sealed class CrashTests(PrivatePostgres postgres, ITestOutputHelper output) : IClassFixture<PrivatePostgres>
{
    const int Seed = 20260426;
    const int CrashAfter = 300;

    [Fact]
    public async Task Kill_9_of_the_host_in_the_middle_of_a_thousand_pushes_changes_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(database);
        await PlayWithCrashAsync(host, database, async () =>
        {
            await host.KillAsync();
            await host.RestartAsync();
        });
    }

    [Fact]
    public async Task An_immediate_stop_of_PostgreSQL_in_the_middle_of_a_thousand_pushes_changes_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(database);
        await PlayWithCrashAsync(host, database, async () =>
        {
            await postgres.CrashAsync();
            await postgres.StartAsync();
        });
        Assert.Equal(0, await host.TerminateAsync());
    }

    async Task PlayWithCrashAsync(HostProcess host, string database, Func<Task> crashAsync)
    {
        var script = PushScript.Make(Seed);
        var undisturbed = await host.CreateAccountAsync();
        var calm = new StubbornDevices(undisturbed);
        await calm.PlayAsync(script);
        Assert.Equal((0, PushScript.Pushes / StubbornDevices.LostAnswers), (calm.Failures, calm.Duplicates));

        var person = await host.CreateAccountAsync();
        var devices = new StubbornDevices(person);
        var playing = devices.PlayAsync(script);
        await Eventually.TrueAsync("Some pushes are acknowledged", () => devices.Acknowledged >= CrashAfter);
        await crashAsync();
        Assert.InRange(devices.Acknowledged, CrashAfter, PushScript.Pushes - 1);
        await playing;
        output.WriteLine($"{devices.Failures} tries failed; {devices.Duplicates} pushes had been stored without the device being told.");

        Assert.True(devices.Failures > 0, "The crash hit nobody.");
        Assert.Equal(PushScript.Pushes, devices.Acknowledged);
        Assert.Equal(PushScript.Pushes, await Stored.ChangesOfAsync(database, person.UserId));
        Assert.Equal(await Stored.ExactAsync(database, undisturbed.UserId), await Stored.ExactAsync(database, person.UserId));
    }
}
