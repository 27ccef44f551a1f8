using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Outbound;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Tests.Tokens;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Tests.Oidc;

/// <summary>Clients that are told when a session ends (Back-Channel Logout), over a real socket.</summary>
public sealed class BackChannelTests : IAsyncLifetime
{
    readonly ConcurrentQueue<string> _received = new();
    readonly ConcurrentQueue<int> _answers = new();
    OidcWorld _world = null!;
    WebApplication _receiver = null!;

    string Address => _receiver.Urls.First() + "/backchannel";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.Urls.Add("http://127.0.0.1:0");
        _receiver.MapPost("/backchannel", async (HttpRequest request) =>
        {
            _received.Enqueue((await request.ReadFormAsync())["logout_token"].ToString());
            return Results.StatusCode(_answers.TryDequeue(out var status) ? status : 200);
        });
        await _receiver.StartAsync();
        _world = new OidcWorld().With("Auth:Oidc:BackchannelPrivateHosts", new Uri(_receiver.Urls.First()).Authority);
        await _world.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Expectation_63_a_logout_token_tells_who_and_which_session_and_is_no_other_token()
    {
        var (browser, _, id) = await _world.PersonAsync();
        var client = await _world.TrustedAsync(new ClientDraft(BackchannelLogoutUri: Address));
        var quiet = await _world.TrustedAsync();
        var sid = RelyingParty.Claims(await client.TokensAsync(browser)).GetProperty("sid").GetString();
        await client.TokensAsync(browser);
        await quiet.TokensAsync(browser);
        await browser.SubmitAsync("/account", "/account/logout");
        await _world.Host.DrainAsync();

        // Once, although there were two grants.
        var token = Assert.Single(_received);
        var (header, claims) = (TokenText.Header(token), TokenText.Claims(token));
        Assert.Equal(("RS256", "logout+jwt"), (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()));
        Assert.Equal((OidcWorld.Issuer, client.ClientId, id, sid), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString(), claims.GetProperty("sid").GetString()));
        Assert.Equal("{}", claims.GetProperty("events").GetProperty("http://schemas.openid.net/event/backchannel-logout").GetRawText());
        Assert.Equal(_world.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.NotEmpty(claims.GetProperty("jti").GetString()!);
        Assert.False(claims.TryGetProperty("nonce", out _));
        Assert.Equal(401, (await _world.Api.CallAsync("GET", "/api/v1/auth/profile", bearer: token)).Status);
    }

    [Fact]
    public async Task Expectation_63_a_client_that_is_away_is_told_later_and_one_that_refuses_is_left_alone()
    {
        var (browser, email, _) = await _world.PersonAsync();
        var client = await _world.TrustedAsync(new ClientDraft(BackchannelLogoutUri: Address));
        await client.TokensAsync(browser);
        _answers.Enqueue(503);
        await browser.SubmitAsync("/account", "/account/logout");
        await _world.Host.DrainAsync();
        Assert.Single(_received);
        _world.Clock.Advance(TimeSpan.FromSeconds(2));
        await _world.Host.DrainAsync();
        Assert.Equal(2, _received.Count);
        Assert.Single(_received.Select(token => TokenText.Claims(token).GetProperty("jti").GetString()).Distinct());

        var again = await new Pages.Browser(_world.Host).SignInAsync(email);
        await client.TokensAsync(again);
        _answers.Enqueue(400);
        await again.SubmitAsync("/account", "/account/logout");
        await _world.Host.DrainAsync();
        _world.Clock.Advance(TimeSpan.FromHours(1));
        await _world.Host.DrainAsync();
        Assert.Equal(3, _received.Count);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    public void Expectation_63_only_public_addresses_are_called(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public async Task Expectation_63_a_private_address_that_nobody_allowed_is_not_called()
    {
        using var outbound = new OutboundClient(new Mana.Auth.Oidc.OidcOptions(), new HostBreaker(_world.Clock));
        await Assert.ThrowsAsync<HttpRequestException>(() => outbound.PostFormAsync(new Uri(Address), [], default));
        await Assert.ThrowsAsync<HttpRequestException>(() => outbound.PostFormAsync(new Uri(Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), [], default));
        Assert.Empty(_received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Expectation_63_erasing_an_account_tells_its_clients_also_when_its_grants_are_gone_first(bool gone)
    {
        var (browser, email, id) = await _world.PersonAsync();
        var client = await _world.TrustedAsync(new ClientDraft(BackchannelLogoutUri: Address));
        var first = RelyingParty.Claims(await client.TokensAsync(browser)).GetProperty("sid").GetString()!;
        var second = RelyingParty.Claims(await client.TokensAsync(await new Pages.Browser(_world.Host).SignInAsync(email))).GetProperty("sid").GetString()!;
        // The first ran out and was forgotten; nobody ends it any more.
        await _world.ScalarAsync("DELETE FROM auth.sessions WHERE id = $1", first);
        await using (var scope = _world.Host.Services.CreateAsyncScope())
            Assert.IsType<ErasureStarted.Running>(await scope.ServiceProvider.GetRequiredService<ErasureStart>().StartAsync(id, ErasureWish.None, "en", ClientInfo.None, default));
        Assert.Equal(0L, await _world.ScalarAsync("SELECT count(*) FROM auth.oauth_grants WHERE user_id = $1 AND (logout_owed_at IS NULL OR revoked_at IS NULL)", id));
        if (gone)
            await _world.ScalarAsync("DELETE FROM auth.oauth_grants WHERE user_id = $1", id);
        await _world.Host.DrainAsync();
        Assert.Equal(new[] { first, second }.Order(), _received.Select(token => TokenText.Claims(token).GetProperty("sid").GetString()!).Order());
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_left_alone_for_a_minute()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var calls = 0;
        var serving = ServeAsync();
        var host = listener.LocalEndpoint.ToString()!;
        using var outbound = new OutboundClient(new Mana.Auth.Oidc.OidcOptions { BackchannelPrivateHosts = $"{host},{new Uri(Address).Authority}" }, new HostBreaker(_world.Clock));
        Task<HttpStatusCode> CallAsync() => outbound.PostFormAsync(new Uri($"http://{host}/backchannel"), [], default);
        for (var attempt = 0; attempt < 3; attempt++)
            await Assert.ThrowsAsync<HttpRequestException>(CallAsync);
        Assert.Equal(1, calls);
        // Others are called as ever, and one that answers, whatever it says, is not to blame.
        _answers.Enqueue(503);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await outbound.PostFormAsync(new Uri(Address), [], default));
        Assert.Equal(HttpStatusCode.OK, await outbound.PostFormAsync(new Uri(Address), [], default));
        _world.Clock.Advance(HostBreaker.Pause);
        await Assert.ThrowsAsync<HttpRequestException>(CallAsync);
        Assert.Equal(2, calls);
        listener.Stop();
        await serving;

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await listener.AcceptSocketAsync();
                    calls++;
                }
            }
            catch (SocketException)
            {
                // Stopped.
            }
        }
    }

    [Fact]
    public void Hosts_that_are_remembered_are_bounded_and_forgotten_again()
    {
        var breaker = new HostBreaker(_world.Clock);
        for (var host = 0; host < HostBreaker.Most + 100; host++)
            breaker.Failed($"{host}.example");
        Assert.Equal(HostBreaker.Most, breaker.Count);
        Assert.True(breaker.IsOpen("0.EXAMPLE"));
        _world.Clock.Advance(HostBreaker.Pause);
        Assert.False(breaker.IsOpen("0.example"));
        breaker.Failed("new.example");
        Assert.Equal((true, 1), (breaker.IsOpen("new.example"), breaker.Count));
        breaker.Answered("new.example");
        Assert.False(breaker.IsOpen("new.example"));
    }
}
