using Mana.Auth.SecurityEvents;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Privacy;

/// <summary>auth.md 22: what is kept long enough loses its address or goes.</summary>
public sealed class RetentionTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    [Fact]
    public async Task Addresses_become_networks_after_their_time_and_the_chain_holds()
    {
        var person = await world.PersonAsync();
        var log = world.Host.Services.GetRequiredService<SecurityLog>();
        foreach (var address in (string?[])["203.0.113.77", "2001:db8:1:2:3::4", "fe80::1%eth0", null])
            log.Record(SecurityEventTypes.ProfileUpdated, person.UserId, new ClientInfo(address, "Test", "r"));
        await world.FlushAsync();
        await world.ScalarAsync("UPDATE auth.sessions SET ip_address = '198.51.100.9' WHERE user_id = $1", person.UserId);
        world.Clock.Advance(TimeSpan.FromDays(89));
        log.Record(SecurityEventTypes.ProfileUpdated, person.UserId, new ClientInfo("203.0.113.78", "Test", "r"));
        await world.FlushAsync();
        await world.RetainAsync();
        Assert.Equal(["203.0.113.77", "2001:db8:1:2:3::4", "fe80::1%eth0", null, "203.0.113.78"], await AddressesAsync(person));

        world.Clock.Advance(TimeSpan.FromDays(1.1));
        await world.RetainAsync();
        await world.RetainAsync();
        Assert.Equal(["203.0.113.0/24", "2001:db8:1::/48", "fe80::/48", null, "203.0.113.78"], await AddressesAsync(person));
        Assert.Equal("198.51.100.0/24", await world.ScalarAsync("SELECT ip_address FROM auth.sessions WHERE user_id = $1", person.UserId));
        Assert.True(await world.Host.Services.GetRequiredService<ChainVerdicts>().VerifyAsync(person.UserId, default));
    }

    [Fact]
    public async Task The_log_of_an_erased_person_is_a_pseudonym_whose_chain_holds_until_it_goes()
    {
        var person = await world.PersonAsync();
        var log = world.Host.Services.GetRequiredService<SecurityLog>();
        log.Record(SecurityEventTypes.ProfileUpdated, person.UserId, new ClientInfo("203.0.113.9", "Agent", "request"), ("code", "X"));
        await world.FlushAsync();
        (await world.EraseAsync(person)).IsOk();
        log.Record(SecurityEventTypes.ProfileUpdated, person.UserId, new ClientInfo("203.0.113.9", "Agent", "request"), ("code", "late"));
        await world.FlushAsync();
        await world.RunJobAsync(TimeSpan.FromMinutes(3));
        var subject = world.Host.Services.GetRequiredService<SecurityChain>().SubjectOf(person.UserId);
        var rows = await world.RowsAsync("SELECT event_type, user_id, ip_address, user_agent, request_id, metadata::text, content_digest FROM auth.security_events WHERE subject = $1 ORDER BY position", subject);
        Assert.Equal(["register", "login_success"], rows.Take(2).Select(row => (string)row[0]!));
        Assert.Equal(["account_deleted", "profile_updated"], rows.TakeLast(2).Select(row => (string)row[0]!));
        Assert.All(rows, row => Assert.Equal((null, null, null, null, "{}", true), (row[1], row[2], row[3], row[4], row[5], row[6] is byte[])));
        Assert.True(await world.Host.Services.GetRequiredService<ChainVerdicts>().VerifyAsync(person.UserId, default));

        world.Clock.Advance(TimeSpan.FromDays(364));
        await world.RetainAsync();
        Assert.Equal((long)rows.Count, await world.ScalarAsync("SELECT count(*) FROM auth.security_events WHERE subject = $1", subject));
        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.RetainAsync();
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.security_events WHERE subject = $1", subject));
        Assert.True(await world.IsErasedAsync(person.UserId));
        world.Clock.Advance(TimeSpan.FromDays(3 * 365));
        await world.RetainAsync();
        Assert.False(await world.IsErasedAsync(person.UserId));
    }

    [Fact]
    public async Task Only_the_retention_removes_lines_of_the_vault_s_audit_and_no_young_ones()
    {
        var person = await world.PersonAsync();
        foreach (var (id, age) in ((string, string)[])[("old", "800 days"), ("young", "300 days"), ("new", "1 day")])
            await world.ScalarAsync(
                $"INSERT INTO auth.encryption_vault_audit (id, user_id, action, status, created_at) VALUES ($1 || $2, $2, 'fetch', 200, now() - interval '{age}')", id, person.UserId);
        await using (var command = world.AppRole.CreateCommand("DELETE FROM auth.encryption_vault_audit"))
            Assert.Equal(0, await command.ExecuteNonQueryAsync());
        await world.RetainAsync();
        Assert.Equal(2L, await world.ScalarAsync("SELECT count(*) FROM auth.encryption_vault_audit WHERE user_id = $1", person.UserId));
        Assert.Equal(0L, await world.ScalarAsync("SELECT count(*) FROM auth.encryption_vault_audit WHERE id = 'old' || $1", person.UserId));
    }

    async Task<List<string?>> AddressesAsync(Person person) =>
        [.. (await world.RowsAsync("SELECT ip_address FROM auth.security_events WHERE user_id = $1 AND event_type = 'profile_updated' ORDER BY position", person.UserId)).Select(row => (string?)row[0])];
}
