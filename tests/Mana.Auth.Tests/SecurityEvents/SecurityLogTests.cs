using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.SecurityEvents;

public sealed class SecurityLogTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    static readonly ClientInfo Client = new("203.0.113.7", "Test/1", "req-1");

    readonly SecurityLog _log = fixture.Host.Services.GetRequiredService<SecurityLog>();

    SecurityChain Chain => fixture.Host.Services.GetRequiredService<SecurityChain>();

    [Fact]
    public async Task Parallel_events_of_one_person_form_one_chain_without_gap()
    {
        var user = await UserAsync();
        Parallel.For(0, 500, i => _log.Record(SecurityEventTypes.LoginFailure, user, Client, ("code", "INVALID_CREDENTIALS"), ("n", i)));
        var chain = await ChainAsync(user);

        Assert.Equal(Enumerable.Range(1, 500).Select(n => (long?)n), chain.Select(entry => entry.Position));
        byte[]? previous = null;
        foreach (var entry in chain)
            Assert.Equal(previous = Chain.HashOf(previous, entry), entry.Hash);
        Assert.All(chain, entry => Assert.Equal(("203.0.113.7", "Test/1", "req-1"), (entry.IpAddress, entry.UserAgent, entry.RequestId)));
    }

    [Fact]
    public async Task A_change_of_any_field_breaks_the_chain()
    {
        var user = await UserAsync();
        _log.Record(SecurityEventTypes.PasswordChanged, user, Client);
        var entry = (await ChainAsync(user)).Single();
        Assert.NotEqual(entry.Hash, Chain.HashOf(null, Changed(entry, type: SecurityEventTypes.LoginSuccess)));
        Assert.NotEqual(entry.Hash, Chain.HashOf(null, Changed(entry, metadata: """{"code":"X"}""")));
        Assert.NotEqual(entry.Hash, Chain.HashOf(entry.Hash, entry));
        Assert.Equal(entry.Hash, Chain.HashOf(null, Changed(entry)));
    }

    [Fact]
    public async Task An_event_of_an_account_that_is_gone_stays_under_its_pseudonym()
    {
        var user = await UserAsync();
        _log.Record(SecurityEventTypes.Register, user, Client);
        await _log.FlushAsync(TestContext.Current.CancellationToken);
        await using (var scope = fixture.Host.Services.CreateAsyncScope())
            await Database(scope).Users.Where(row => row.Id == user).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        _log.Record(SecurityEventTypes.AccountDeleted, user, ClientInfo.None);

        var chain = await ChainAsync(user);
        Assert.Equal([SecurityEventTypes.Register, SecurityEventTypes.AccountDeleted], chain.Select(entry => entry.EventType));
        Assert.All(chain, entry => Assert.Null(entry.UserId));
    }

    [Fact]
    public async Task An_event_that_no_column_takes_does_not_hold_up_the_others()
    {
        var user = await UserAsync();
        foreach (var agent in (string[])["before", "b\0d", "after"])
            _log.Record(SecurityEventTypes.Logout, user, Client with { UserAgent = agent });
        Assert.Equal(["before", "after"], (await ChainAsync(user)).Select(entry => entry.UserAgent));
    }

    [Fact]
    public async Task An_event_without_an_account_is_kept_outside_of_every_chain()
    {
        _log.Record(SecurityEventTypes.ProfileUpdated, null, ClientInfo.None, ("code", "INTERNAL"), ("nothing", null));
        await _log.FlushAsync(TestContext.Current.CancellationToken);
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var entry = await Database(scope).SecurityEvents.SingleAsync(row => row.EventType == SecurityEventTypes.ProfileUpdated, TestContext.Current.CancellationToken);
        Assert.Equal((null, null, """{"code":"INTERNAL"}"""), (entry.Subject, entry.Position, entry.Metadata));
    }

    async Task<List<SecurityEvent>> ChainAsync(string user)
    {
        await _log.FlushAsync(TestContext.Current.CancellationToken);
        var subject = fixture.Host.Services.GetRequiredService<SecurityChain>().SubjectOf(user);
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        return await Database(scope).SecurityEvents.AsNoTracking().Where(row => row.Subject == subject && row.EventType != SecurityEventTypes.LoginSuccess)
            .OrderBy(row => row.Position).ToListAsync(TestContext.Current.CancellationToken);
    }

    async Task<string> UserAsync()
    {
        var id = Guid.NewGuid().ToString("N");
        var now = DateTimeOffset.UnixEpoch;
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        Database(scope).Users.Add(new User { Id = id, Name = "Test", Email = $"{id}@example.test", NormalizedEmail = $"{id}@example.test", CreatedAt = now, UpdatedAt = now });
        await Database(scope).SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }

    static SecurityEvent Changed(SecurityEvent entry, string? type = null, string? metadata = null) => new()
    {
        Id = entry.Id, Subject = entry.Subject, Position = entry.Position, EventType = type ?? entry.EventType, AddressDigest = entry.AddressDigest,
        UserAgent = entry.UserAgent, RequestId = entry.RequestId, Metadata = metadata ?? entry.Metadata, CreatedAt = entry.CreatedAt,
    };

    static AuthDbContext Database(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<AuthDbContext>();
}
