using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.SecurityEvents;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Passwords;

internal abstract record PasswordCheck
{
    public sealed record Right(GuessSource Source) : PasswordCheck;

    public sealed record Wrong : PasswordCheck;

    /// <summary>The password was not looked at.</summary>
    public sealed record Locked(int RetryAfterSeconds) : PasswordCheck;

    /// <summary>Neither was it here: too much is going on.</summary>
    public sealed record Busy : PasswordCheck;
}

/// <summary>
/// The only way to verify a password (auth.md 5.6): whoever asks for one, on whatever path, asks here, and so shares one count of failures.
/// A failure of the database is an exception and counts as nothing.
/// </summary>
internal sealed class PasswordGuard(
    AuthDbContext database, GuessLimit limit, Turns turns, HashingGate gate, KnownDevices devices, IPasswordHasher<User> hasher, AddressRequests requests,
    SecurityLog security, TrustedPages pages)
{
    /// <summary>Counts, verifies, and renews a hash of an older kind.</summary>
    /// <param name="address">Normalised. It may have no account: the answer is the same, and takes as long.</param>
    /// <param name="user">Untracked; null, or without a password, is never right.</param>
    /// <param name="method">Which path asks; only for the log.</param>
    /// <param name="signedIn">The caller holds a live session of <paramref name="user"/>, so strangers cannot keep them out.</param>
    public Task<PasswordCheck> CheckAsync(
        string address, User? user, string password, Visitor visitor, string method, bool signedIn, CancellationToken cancellationToken) =>
        GuessAsync(address, user, token => VerifyAsync(user, password, token), visitor, method, signedIn, GuessLimit.MostByStrangers, cancellationToken);

    /// <summary>The same count for a guess at something else: a code of the second factor.</summary>
    /// <param name="evaluate">Called once, and only while there is no lock. Null: it was not evaluated, and counts as nothing.</param>
    /// <param name="mostByStrangers">How many wrong guesses of all strangers together are too many for this one.</param>
    public async Task<PasswordCheck> GuessAsync(
        string address, User? user, Func<CancellationToken, Task<bool?>> evaluate, Visitor visitor, string method, bool signedIn, int mostByStrangers,
        CancellationToken cancellationToken)
    {
        var source = SourceOf(user, visitor, signedIn);
        using var turn = await turns.EnterAsync(address + "\n" + source.Key, cancellationToken);
        if (turn is null)
            return new PasswordCheck.Busy();
        switch (await limit.EnterAsync(address, source, method, visitor.Client.IpAddress, mostByStrangers, cancellationToken))
        {
            case GuessPermit.Locked locked:
                return new PasswordCheck.Locked(locked.RetryAfterSeconds);
            case GuessPermit.Granted granted:
                return await EvaluateAsync(granted.AttemptId, address, user, evaluate, source, visitor, cancellationToken);
            default:
                return new PasswordCheck.Busy();
        }
    }

    /// <summary>Seconds until somebody may guess from there again; null when they may now. Looks only.</summary>
    public Task<int?> LockedForAsync(User user, Visitor visitor, CancellationToken cancellationToken) =>
        limit.LockedForAsync(user.NormalizedEmail!, SourceOf(user, visitor, false), cancellationToken);

    GuessSource SourceOf(User? user, Visitor visitor, bool signedIn) => devices.Recognize(visitor.DeviceCookie, user) is { } device
        ? new GuessSource("device:" + device, false)
        : new GuessSource("network:" + visitor.Network, !signedIn);

    /// <summary>For text that is no address: nobody's, so there is nothing to count, but it takes the time of a guess.</summary>
    public async Task<PasswordCheck> CheckNobodyAsync(string password, CancellationToken cancellationToken) =>
        await VerifyAsync(null, password, cancellationToken) is null ? new PasswordCheck.Busy() : new PasswordCheck.Wrong();

    async Task<PasswordCheck> EvaluateAsync(
        long attempt, string address, User? user, Func<CancellationToken, Task<bool?>> evaluate, GuessSource source, Visitor visitor, CancellationToken cancellationToken)
    {
        bool? right;
        try
        {
            right = await evaluate(cancellationToken);
        }
        catch
        {
            // Not the guesser's failure. Should this one fail as well, the attempt is forgotten by itself after two minutes.
            await limit.ReleaseAsync(attempt, CancellationToken.None);
            throw;
        }

        if (right != false)
        {
            await limit.ReleaseAsync(attempt, cancellationToken);
            return right == true ? new PasswordCheck.Right(source) : new PasswordCheck.Busy();
        }

        // Who hangs up has guessed all the same.
        if (await limit.FailAsync(attempt, address, source, CancellationToken.None) is { } until)
            await TellAsync(address, user, until, visitor);
        return new PasswordCheck.Wrong();
    }

    /// <summary>Null: the gate is full.</summary>
    async Task<bool?> VerifyAsync(User? user, string password, CancellationToken cancellationToken)
    {
        using var lease = await gate.EnterAsync(cancellationToken);
        if (!lease.IsAcquired)
            return null;
        if (user?.PasswordHash is not { } hash)
        {
            gate.VerifyNothing(password);
            return false;
        }

        var result = hasher.VerifyHashedPassword(user, hash, password);
        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            var renewed = hasher.HashPassword(user, password);
            // Only over the hash that was verified: a password that was changed meanwhile stays changed.
            await database.Users.Where(row => row.Id == user.Id && row.PasswordHash == hash)
                .ExecuteUpdateAsync(row => row.SetProperty(it => it.PasswordHash, renewed), cancellationToken);
        }

        return result != PasswordVerificationResult.Failed;
    }

    /// <summary>
    /// The log hears of every lock, and the owner of the first one of a day: later, because whether the address has one must not show in the
    /// time of this answer.
    /// </summary>
    async Task TellAsync(string address, User? user, DateTimeOffset until, Visitor visitor)
    {
        security.Record(SecurityEventTypes.AccountLocked, user?.Id, visitor.Client, ("until", until));
        requests.Add(AddressRequestKind.Lock, address, pages.ForgotPassword, visitor, AccountMails.Instant(until));
        await database.SaveChangesAsync(CancellationToken.None);
    }
}
