using System.Diagnostics;
using Mana.Devices;
using Mana.Load.Delivery;

namespace Mana.Load.Soak;

/// <summary>Someone whose devices write a little all the time, and whose session is renewed as a client renews it.</summary>
internal sealed class SoakPerson(LoadOptions options, Account account, int number)
{
    static readonly TimeSpan Renewal = TimeSpan.FromMinutes(6);

    /// <summary>Enough to go on growing, little enough for an hour.</summary>
    const int MostChanges = 3;

    public Account Account => account;

    public async Task UseDeviceAsync(int device, SoakTally tally, CancellationToken stop)
    {
        using var own = SyncDevice.Of(options, account, $"p{number}d{device}", (number * 10) + device, remembers: false);
        var random = new Random((number * 10) + device);
        var pause = options.Users * options.Devices / options.Rate;
        var next = Pace.After(Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(random.NextDouble() * pause));
        var worker = tally.NewWorker();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Pace.UntilAsync(next, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // Late is late: what could not be done in time is not caught up with.
            next = Pace.After(Math.Max(next, Stopwatch.GetTimestamp() - Stopwatch.Frequency), TimeSpan.FromSeconds(pause * (0.5 + random.NextDouble())));
            if (random.Next(100) < 60)
                await own.PushAsync(random.Next(1, MostChanges + 1), edits: 70, worker);
            else
                await own.PullAsync(worker);
        }
    }

    public async Task RenewAsync(SoakTally tally, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Renewal);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await RenewOnceAsync(tally);
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>A failure is no end: the token lives long enough for a second try.</summary>
    async Task RenewOnceAsync(SoakTally tally)
    {
        try
        {
            await account.RefreshAsync();
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            tally.Fail("refresh: " + failure.Message);
        }
    }
}
