using Microsoft.EntityFrameworkCore;
using Npgsql;

// Each type breaks one wall. Nothing here runs; the tests read it as compiled data.
namespace Mana.Architecture.Tests.Samples;

public sealed class PublicService;

internal class OpenClass;

internal abstract class OpenBase;

internal abstract record ClosedResult
{
    private ClosedResult()
    {
    }

    internal sealed record Ok : ClosedResult;
}

public abstract record OpenResult;

internal sealed class DateHelpers;

internal sealed class SessionManager;

internal sealed class CommonThings;

internal sealed class BareService : Microsoft.Extensions.Hosting.BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}

internal interface IRepository<T>;

internal sealed class ClockReader
{
    public DateTime Now() => DateTime.UtcNow;

    public async Task<Guid> LaterAsync()
    {
        await Task.Yield();
        return Guid.NewGuid();
    }

    public Func<int> Lambda() => () => Random.Shared.Next();

    public void Block(Task<int> task)
    {
        Thread.Sleep(1);
        task.Wait();
        _ = task.Result;
        task.GetAwaiter().GetResult();
        _ = Environment.GetEnvironmentVariable("PATH");
    }

    public async Task<int> AwaitedAsync(Task<int> task) => await task;
}

internal static class SqlEndpoints
{
    public static Func<string> Inside() => () => "SELECT id FROM things";
}

internal static class HandleEndpoints
{
    public static async Task<object?> ReadAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("");
        return await command.ExecuteScalarAsync();
    }
}

internal static class ContextEndpoints
{
    public static int Save(DbContext context) => context.SaveChanges();
}

internal sealed class ForeignSql
{
    const string Table = "auth.users";

    public string Constant() => $"SELECT email FROM {Table}";

    public string Interpolated(string filter) => $"DELETE FROM \"auth\".\"sessions\" WHERE {filter}";

    public string Own() => "SELECT name FROM sync.scopes";

    public string NotSql() => "https://auth.example.test/sync.html, see modules/Sync/Auth.cs; the jobs. Then users.";
}

public static class SamplesModule
{
    public static void AddSamples()
    {
        // The allowed one.
    }

    public static void Reset()
    {
        // The one too many.
    }
}
