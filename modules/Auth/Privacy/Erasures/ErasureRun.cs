using System.Text.Json;
using Mana.Kernel.Jobs;
using Mana.Kernel.Privacy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>
/// Carries erasures out (auth.md 19.3): spaces, every module, this one last, then a look whether each module finds nothing any more. What is
/// done stays done, whenever the process dies; what fails is tried again, with growing pauses and without end. A second look follows after
/// <see cref="LookAgain"/>, because a token may have been good on another host for some seconds.
/// </summary>
internal sealed class ErasureRun(NpgsqlDataSource database, ErasureClaims claims, IEnumerable<IPersonalData> modules, IServiceScopeFactory scopes, TimeProvider time, ILogger<ErasureRun> log) : IManaJob
{
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(2);
    static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    const int Alarming = 5;

    /// <summary>Everything that is due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await RunNextAsync(null, cancellationToken))
        {
            // Next one.
        }
    }

    /// <summary>One erasure: that one, or the one that is due first. False when there is none that nobody else works on.</summary>
    public async Task<bool> RunNextAsync(string? id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await claims.ClaimAsync(connection, id, cancellationToken) is not { } erasure)
            return false;
        var now = time.GetUtcNow();
        if (!await EraseAsync(erasure, cancellationToken) || !await VerifyAsync(erasure, cancellationToken))
            await ErasureClaims.PostponeAsync(connection, erasure.Id, now + PauseAfter(erasure), cancellationToken);
        else if (erasure.Checked)
            await ErasureClaims.FinishAsync(connection, erasure.Id, now, cancellationToken);
        else
            await ErasureClaims.ErasedAsync(connection, erasure.Id, now, now + LookAgain, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>One module that fails does not keep the others from erasing, but the account stays until they have.</summary>
    async Task<bool> EraseAsync(ClaimedErasure erasure, CancellationToken cancellationToken)
    {
        var done = await claims.DoneAsync(erasure.Id, cancellationToken);
        var complete = done.Contains(ErasureStart.SpacesStep) || await StepAsync(erasure, ErasureStart.SpacesStep, () => LeaveSpacesAsync(erasure, cancellationToken), cancellationToken);
        foreach (var module in modules.Where(module => module.Module != AuthPersonalData.Name && (erasure.Checked || !done.Contains(module.Module))))
            complete &= await StepAsync(erasure, module.Module, () => EraseAsync(erasure, module, cancellationToken), cancellationToken);
        if (!complete || (!erasure.Checked && done.Contains(AuthPersonalData.Name)))
            return complete;
        var own = modules.Single(module => module.Module == AuthPersonalData.Name);
        return await StepAsync(erasure, own.Module, () => EraseAsync(erasure, own, cancellationToken), cancellationToken);
    }

    async Task EraseAsync(ClaimedErasure erasure, IPersonalData module, CancellationToken cancellationToken)
    {
        await claims.FoundAsync(erasure.Id, module.Module, await module.CountAsync(erasure.UserId, cancellationToken), cancellationToken);
        await module.EraseAsync(erasure.UserId, cancellationToken);
    }

    async Task LeaveSpacesAsync(ClaimedErasure erasure, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var wish = JsonSerializer.Deserialize<ErasureWish>(erasure.Wish)!;
        await scope.ServiceProvider.GetRequiredService<SpaceDeparture>().LeaveAllAsync(erasure.UserId, wish, cancellationToken);
    }

    /// <summary>A module that still finds something has to erase again.</summary>
    async Task<bool> VerifyAsync(ClaimedErasure erasure, CancellationToken cancellationToken)
    {
        var clean = true;
        foreach (var module in modules)
        {
            if (await module.CountAsync(erasure.UserId, cancellationToken) is not (> 0 and var left))
                continue;
            clean = false;
            log.LogWarning("After its erasure module {Module} still finds {Rows} rows of a person (erasure {ErasureId})", module.Module, left, erasure.Id);
            await claims.FailedAsync(erasure.Id, module.Module, "NotEmpty", cancellationToken);
        }

        return clean;
    }

    async Task<bool> StepAsync(ClaimedErasure erasure, string step, Func<Task> act, CancellationToken cancellationToken)
    {
        try
        {
            await act();
            await claims.DoneAsync(erasure.Id, step, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await claims.FailedAsync(erasure.Id, step, exception.GetType().Name, cancellationToken);
            log.Log(
                erasure.Attempts + 1 >= Alarming ? LogLevel.Error : LogLevel.Warning, exception, "Step {Step} of erasure {ErasureId} failed, attempt {Attempt}", step, erasure.Id,
                erasure.Attempts + 1);
            return false;
        }
    }

    static TimeSpan PauseAfter(ClaimedErasure erasure)
    {
        var pause = ShortestPause * Math.Pow(2, Math.Min(erasure.Attempts, 10));
        return pause < LongestPause ? pause : LongestPause;
    }
}
