using System.Runtime.InteropServices;
using Npgsql;

namespace Mana.Host.Commands;

/// <summary>Runs an import without opening a port. Ctrl+C ends it between two transactions; the next run goes on from there.</summary>
internal static class ImportRun
{
    /// <summary>Returns the exit code.</summary>
    /// <param name="import">Its result; while it runs it reports to the line and heeds the token.</param>
    /// <param name="tell">Prints the result, and returns the exit code.</param>
    public static async Task<int> GoAsync<TResult>(
        IServiceProvider services, Func<ProgressLine, CancellationToken, Task<TResult>> import, Func<TResult, Task<int>> tell)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        var progress = new ProgressLine(Console.Error, Console.IsErrorRedirected, services.GetRequiredService<TimeProvider>());
        try
        {
            var result = await import(progress, stop.Token);
            progress.End();
            return await tell(result);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.End();
            return await StoppedAsync("Stopped.");
        }
        catch (NpgsqlException exception)
        {
            progress.End();
            return await StoppedAsync($"Stopped, because a database failed: {exception.Message}");
        }

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ = stop.CancelAsync();
        }
    }

    static async Task<int> StoppedAsync(string why)
    {
        await Console.Error.WriteLineAsync(why + " What was imported is kept; the same command goes on from there.");
        return 1;
    }
}
