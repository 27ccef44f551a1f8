using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Sync.Tests.Live;

/// <summary>sync.md 9.3, 9.5 and scenarios 13 and 115: whose a socket is, and for how long.</summary>
public sealed class SocketIdentityTests(LiveFixture live) : IClassFixture<LiveFixture>
{
    [Fact]
    public async Task Scenario_24_7_115_a_socket_ends_with_its_token()
    {
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SignInAsync(await TokenAsync("short", seconds: 60));
        live.Clock.Advance(TimeSpan.FromSeconds(59));
        await socket.NothingAsync();
        live.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1008, "token expired"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task Signing_in_again_extends_the_time_and_keeps_the_socket()
    {
        var a = await live.PersonAsync();
        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SignInAsync(await TokenAsync(a.UserId, seconds: 60));
        live.Clock.Advance(TimeSpan.FromSeconds(50));
        await socket.SignInAsync(await TokenAsync(a.UserId, seconds: 60));
        live.Clock.Advance(TimeSpan.FromSeconds(50));
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["tasks"], await socket.HintAsync());
    }

    [Fact]
    public async Task Signing_in_as_somebody_else_leaves_nothing_of_the_one_before()
    {
        var (a, b) = (await live.PersonAsync(), await live.PersonAsync());
        var users = live.Presence.Users;
        await using var socket = await live.SocketAsync(a);
        await socket.SignInAsync(await new TokenForge(live.Host).ForAsync(b.UserId));
        Assert.Equal(users + 1, live.Presence.Users);

        await a.StoreAsync(Change.Insert("t1"));
        await socket.NothingAsync();
        await b.StoreAsync(Change.Insert("t1", table: "projects"));
        Assert.Equal(["projects"], await socket.HintAsync());
    }

    [Fact]
    public async Task A_token_that_is_bound_to_a_key_needs_its_proof_here_too()
    {
        var a = await live.PersonAsync();
        using var key = new KeyHolder(live.Clock);
        var forge = new TokenForge(live.Host);
        var token = await forge.SignAsync(forge.Claims(a.UserId).TrimEnd('}') + $$""","cnf":{"jkt":"{{key.Thumbprint}}"} }""");
        await using (var thief = await LiveSocket.OpenAsync(live.Host))
        {
            await thief.SendAsync(LiveSocket.AuthMessage(token));
            await thief.MessageAsync();
            Assert.Equal((1008, "invalid token"), await thief.ClosedAsync());
        }

        await using var socket = await LiveSocket.OpenAsync(live.Host);
        await socket.SendAsync($$"""{"type":"auth","token":"{{token}}","proof":"{{key.Proof("GET", forge.Issuer + "/ws", token)}}"}""");
        await socket.MessageAsync();
        await a.StoreAsync(Change.Insert("t1"));
        Assert.Equal(["tasks"], await socket.HintAsync());
    }

    [Fact]
    public async Task A_bad_token_on_a_socket_that_is_signed_in_ends_it()
    {
        await using var socket = await live.SocketAsync(await live.PersonAsync());
        await socket.SendAsync(LiveSocket.AuthMessage("bad"));
        await socket.MessageAsync();
        Assert.Equal((1008, "invalid token"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task Sockets_are_counted_while_they_are_signed_in()
    {
        var a = await live.PersonAsync();
        await Soon.TrueAsync("the sockets of other tests are gone", () => live.Presence.Sockets == 0);
        var (sockets, users) = (live.Presence.Sockets, live.Presence.Users);
        await using (await LiveSocket.OpenAsync(live.Host))
        await using (await live.SocketAsync(a))
        await using (await live.SocketAsync(a))
        {
            Assert.Equal((sockets + 2, users + 1), (live.Presence.Sockets, live.Presence.Users));
            var health = await live.Host.CreateClient().GetStringAsync("/health");
            Assert.Contains($"\"connections\":{sockets + 2},\"users\":{users + 1},", health, StringComparison.Ordinal);
        }

        await Soon.TrueAsync("the sockets are gone", () => (sockets, users) == (live.Presence.Sockets, live.Presence.Users));
    }

    [Theory]
    [InlineData("GET", 426)]
    [InlineData("POST", 405)]
    [InlineData("DELETE", 405)]
    [InlineData("OPTIONS", 405)]
    public async Task A_request_that_is_no_handshake_is_refused(string method, int status)
    {
        foreach (var path in (string[])["/ws", "/ws/todo"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await live.Host.CreateClient().SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(status == 405, response.Content.Headers.Allow.Contains("GET"));
        }
    }

    [Fact]
    public async Task Scenario_24_1_13_a_closed_gate_does_not_keep_sockets_out()
    {
        await using var host = await new TestHost(live.Inner.Database).With("Sync:BillingGate", "closed").StartAsync();
        var a = await live.Inner.PersonAsync(host);
        await using var socket = await LiveSocket.OfAsync(host, a);
        await socket.NothingAsync();
    }

    [Fact]
    public async Task Caps_hold_per_user_and_for_those_who_have_not_said_who_they_are()
    {
        await using var host = await new TestHost(live.Inner.Database)
            .With("Sync:Live:SocketsPerUser", "2").With("Sync:Live:UnauthenticatedSockets", "1").StartAsync();
        var (a, b) = (await live.Inner.PersonAsync(host), await live.Inner.PersonAsync(host));
        await using var first = await LiveSocket.OfAsync(host, a);
        await using var second = await LiveSocket.OfAsync(host, a);

        await using (var third = await LiveSocket.OpenAsync(host))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => LiveSocket.OpenAsync(host));
            await third.SendAsync(LiveSocket.AuthMessage(await new TokenForge(host).ForAsync(a.UserId)));
            Assert.Equal("too many connections", (string?)(await third.MessageAsync())["tables"]![0]);
            Assert.Equal((1008, "too many connections"), await third.ClosedAsync());
        }

        // One of the full user may still extend its time, and others have room of their own.
        await first.SignInAsync(await new TokenForge(host).ForAsync(a.UserId));
        await Soon.TrueAsync("the third is gone", () => host.Services.GetRequiredService<Sync.Live.Connections>().Sockets.Unidentified == 0);
        await using var other = await LiveSocket.OfAsync(host, b);
    }

    [Fact]
    public async Task While_tokens_cannot_be_checked_clients_are_told_to_come_back()
    {
        await using var host = await new TestHost(live.Inner.Database).With(services => services.Replace(ServiceDescriptor.Singleton<IAccessTokenVerifier>(new NoKeys()))).StartAsync();
        await using var socket = await LiveSocket.OpenAsync(host);
        await socket.SendAsync(LiveSocket.AuthMessage("any"));
        Assert.Equal("try again later", (string?)(await socket.MessageAsync())["tables"]![0]);
        Assert.Equal((1013, "try again later"), await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_session_that_is_revoked_loses_its_sockets_and_only_its_own()
    {
        var phone = await live.Inner.Host.CreateAccountAsync();
        var laptop = await live.Inner.Host.SignInAsync(phone);
        await using var lost = await LiveSocket.OpenAsync(live.Inner.Host, "/ws/todo");
        await lost.SignInAsync(phone.AccessToken);
        await using var kept = await LiveSocket.OpenAsync(live.Inner.Host, "/ws/todo");
        await kept.SignInAsync(laptop.AccessToken);

        using var answer = await phone.Http.PostAsync(new Uri("/api/v1/auth/logout", UriKind.Relative), new StringContent("{}", null as System.Text.Encoding, "application/json"));
        Assert.True(answer.IsSuccessStatusCode);

        Assert.Equal((1008, "session revoked"), await lost.ClosedAsync());
        await kept.NothingAsync();
        // Its last token is good for a while, but not for this.
        await using var again = await LiveSocket.OpenAsync(live.Inner.Host, "/ws/todo");
        await again.SendAsync(LiveSocket.AuthMessage(phone.AccessToken));
        await again.MessageAsync();
        Assert.Equal((1008, "session revoked"), await again.ClosedAsync());
    }

    [Fact]
    public async Task A_host_that_stops_says_so()
    {
        await using var host = await new TestHost(live.Inner.Database).StartAsync();
        await using var socket = await LiveSocket.OfAsync(host, await live.Inner.PersonAsync(host));
        host.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        Assert.Equal((1001, "server shutdown"), await socket.ClosedAsync());
    }

    Task<string> TokenAsync(string userId, int seconds)
    {
        var forge = new TokenForge(live.Host);
        return forge.SignAsync(string.Create(CultureInfo.InvariantCulture,
            $$"""{"sub":"{{userId}}","exp":{{forge.Now.AddSeconds(seconds).ToUnixTimeSeconds()}},"iss":"{{forge.Issuer}}","aud":"mana"}"""));
    }

    sealed class NoKeys : IAccessTokenVerifier
    {
        public ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult<TokenVerdict>(new TokenVerdict.KeysUnavailable());

        public ValueTask<TokenVerdict> VerifyAsync(string token, PossessionProof proof, CancellationToken cancellationToken) => VerifyAsync(token, cancellationToken);
    }
}
