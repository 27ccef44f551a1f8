using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mana.Auth.Tests.Keys;

public sealed class SigningKeyRingTests
{
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    readonly Source _source = new();

    SigningKeyRing Ring => field ??= new SigningKeyRing(_source, _clock, NullLogger<SigningKeyRing>.Instance);

    [Fact]
    public async Task Many_callers_of_an_empty_ring_cost_one_load()
    {
        var held = _source.Hold();
        var callers = Enumerable.Range(0, 50).Select(_ => Ring.CurrentAsync(default).AsTask()).ToList();
        held.SetResult();
        var sets = await Task.WhenAll(callers);

        Assert.Equal(1, _source.Loads);
        Assert.Single(sets.Distinct());
    }

    [Fact]
    public async Task A_key_that_another_host_made_is_found_with_exactly_one_reload()
    {
        await Ring.CurrentAsync(default);
        var added = _source.Add(SigningKeyState.Staged);
        _clock.Advance(SigningKeyRing.ReloadInterval);

        Assert.NotNull(await Ring.FindAsync(added.Kid, default));
        Assert.NotNull(await Ring.FindAsync(added.Kid, default));
        Assert.Equal(2, _source.Loads);
    }

    [Fact]
    public async Task A_hundred_unknown_key_ids_at_once_cost_at_most_one_reload()
    {
        await Ring.CurrentAsync(default);
        _clock.Advance(SigningKeyRing.ReloadInterval);

        var found = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Ring.FindAsync($"unknown-{number}", default).AsTask()));

        Assert.All(found, Assert.Null);
        Assert.Equal(2, _source.Loads);
        _clock.Advance(SigningKeyRing.ReloadInterval - TimeSpan.FromTicks(1));
        await Ring.FindAsync("unknown", default);
        Assert.Equal(2, _source.Loads);
        _clock.Advance(TimeSpan.FromTicks(1));
        await Ring.FindAsync("unknown", default);
        Assert.Equal(3, _source.Loads);
    }

    [Fact]
    public async Task A_filled_ring_serves_while_the_source_is_away()
    {
        var known = (await Ring.CurrentAsync(default)).Active.Kid;
        _source.Failure = new NpgsqlException("away");
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(known, (await Ring.CurrentAsync(default)).Active.Kid);
        Assert.NotNull(await Ring.FindAsync(known, default));
        Assert.Null(await Ring.FindAsync("unknown", default));
    }

    [Fact]
    public async Task An_empty_ring_says_unavailable_asks_once_a_second_and_recovers()
    {
        // EF wraps what it takes for transient.
        _source.Failure = new InvalidOperationException("likely due to a transient failure", new NpgsqlException("away"));
        for (var attempt = 0; attempt < 5; attempt++)
            await Assert.ThrowsAsync<KeysUnavailableException>(async () => await Ring.FindAsync("any", default));
        Assert.Equal(1, _source.Loads);

        _source.Failure = null;
        _clock.Advance(SigningKeyRing.EmptyReloadInterval);
        Assert.NotNull((await Ring.CurrentAsync(default)).Active);
    }

    [Fact]
    public async Task A_question_that_ran_out_of_time_is_asked_again_also_by_a_clock_that_stands_or_was_set_back()
    {
        _source.Failure = new OperationCanceledException();
        await Assert.ThrowsAsync<KeysUnavailableException>(async () => await Ring.CurrentAsync(default));
        _source.Failure = null;
        Assert.NotNull((await Ring.CurrentAsync(default)).Active);

        var added = _source.Add(SigningKeyState.Staged);
        _clock.Advance(TimeSpan.FromHours(-1));
        Assert.NotNull(await Ring.FindAsync(added.Kid, default));
    }

    [Fact]
    public async Task A_bug_in_the_source_is_not_an_outage()
    {
        _source.Failure = new CryptographicException("wrong key");
        await Assert.ThrowsAsync<CryptographicException>(async () => await Ring.CurrentAsync(default));
    }

    [Fact]
    public async Task A_withdrawn_key_disappears_behind_the_requests_back()
    {
        var retiring = _source.Add(SigningKeyState.Retiring);
        Assert.NotNull(await Ring.FindAsync(retiring.Kid, default));
        _source.Keys.Remove(retiring);
        _clock.Advance(SigningKeyRing.StaleAfter);

        var stale = await Ring.CurrentAsync(default);
        await _source.LoadedAsync(2);
        while (ReferenceEquals(await Ring.CurrentAsync(default), stale))
            await Task.Yield();

        Assert.Null(await Ring.FindAsync(retiring.Kid, default));
    }

    [Fact]
    public void Active_signs_retired_is_not_published_and_the_set_holds_no_private_member()
    {
        var staged = _source.Add(SigningKeyState.Staged);
        var retiring = _source.Add(SigningKeyState.Retiring);
        var retired = _source.Add(SigningKeyState.Retired);
        var set = new KeySet(_source.Keys, _clock.GetUtcNow());
        var jwks = Encoding.UTF8.GetString(set.Jwks);

        Assert.Equal(SigningKeyState.Active, set.Active.State);
        Assert.NotNull(set.Find(staged.Kid));
        Assert.NotNull(set.Find(retiring.Kid));
        Assert.Null(set.Find(retired.Kid));
        Assert.DoesNotContain(retired.Kid, jwks, StringComparison.Ordinal);
        Assert.DoesNotContain("\"d\"", jwks, StringComparison.Ordinal);
    }

    sealed class Source : ISigningKeySource
    {
        int _loads;
        TaskCompletionSource? _held;
        TaskCompletionSource _loaded = new();

        public Source() => Add(SigningKeyState.Active);

        public List<LoadedKey> Keys { get; } = [];

        public Exception? Failure { get; set; }

        public int Loads => _loads;

        public LoadedKey Add(SigningKeyState state)
        {
            var key = Ed25519Key.FromSeed(RandomNumberGenerator.GetBytes(32));
            var kid = Jwk.Thumbprint(key.PublicKey);
            Keys.Add(new LoadedKey(kid, state, Jwk.Public(kid, key.PublicKey), key));
            return Keys[^1];
        }

        public TaskCompletionSource Hold() => _held = new();

        public async Task LoadedAsync(int count)
        {
            while (Volatile.Read(ref _loads) < count)
                await _loaded.Task;
        }

        public async Task<IReadOnlyList<LoadedKey>> LoadAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _loads);
            Interlocked.Exchange(ref _loaded, new()).SetResult();
            if (_held is not null)
                await _held.Task;
            return Failure is null ? [.. Keys] : throw Failure;
        }
    }
}
