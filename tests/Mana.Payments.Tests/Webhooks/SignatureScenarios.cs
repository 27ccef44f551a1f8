using System.Text;
using Mana.FakeStripe;
using Mana.FakeStripe.Webhooks;
using Mana.Payments.Webhooks;
using Mana.Testing;

namespace Mana.Payments.Tests.Webhooks;

/// <summary>What is let in (commerce.md 7.5). The official library's opinion is asked in tests/clients/test/stripe.test.mjs.</summary>
public sealed class SignatureScenarios(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    const string Path = "/api/v1/webhooks/stripe";
    static int _events;

    DateTimeOffset Now => fixture.Clock.GetUtcNow();

    static byte[] Body(string type = "plan.created", bool livemode = false, string more = "") => Encoding.UTF8.GetBytes(
        $$"""{"id":"evt_signature_{{Interlocked.Increment(ref _events)}}","object":"event","type":"{{type}}","created":1768471200,"livemode":{{(livemode ? "true" : "false")}},"data":{"object":{"id":"x","object":"plan"} }{{more}} }""");

    async Task<int> StatusAsync(byte[] body, string? signature, string path = Path) => (await fixture.PostAsync(path, body, signature)).Status;

    string Sign(byte[] body, int secondsAgo = 0, params string[] secrets) => Deliveries.Sign(body, Now.AddSeconds(-secondsAgo), secrets.Length > 0 ? secrets : [FakeStripeServer.WebhookSecret]);

    [Fact]
    public async Task Scenario_53_signatures_that_are_missing_wrong_old_or_ahead()
    {
        var body = Body();
        var missing = await fixture.PostAsync(Path, body, null);
        Assert.Equal((400, "Missing signature"), (missing.Status, missing.Body.GetProperty("error").GetString()));
        var wrong = await fixture.PostAsync(Path, body, Sign(body, 0, "whsec_of_somebody_else"));
        Assert.Equal((400, "Invalid signature"), (wrong.Status, wrong.Body.GetProperty("error").GetString()));
        Assert.Equal(400, await StatusAsync([.. body, (byte)' '], Sign(body)));
        Assert.Equal(400, await StatusAsync(body, Sign(body, 301)));
        Assert.Equal(200, await StatusAsync(body, Sign(body, 299)));
        var ahead = Body();
        Assert.Equal(400, await StatusAsync(ahead, Sign(ahead, -301)));
        Assert.Equal(200, await StatusAsync(ahead, Sign(ahead, -299)));
    }

    [Fact]
    public async Task Scenario_54_several_signatures_and_only_v0()
    {
        var body = Body();
        var right = Sign(body);
        Assert.Equal(200, await StatusAsync(body, Sign(body, 0, "whsec_retired_yesterday", FakeStripeServer.WebhookSecret)));
        Assert.Equal(400, await StatusAsync(body, right.Replace("v1=", "v0=", StringComparison.Ordinal)));
        Assert.Equal(200, await StatusAsync(body, right + ",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"));
    }

    [Fact]
    public async Task Scenario_55_any_of_the_configured_secrets()
    {
        var body = Body();
        Assert.Equal(200, await StatusAsync(body, Sign(body, 0, PaymentsFixture.SecondSecret)));
    }

    [Fact]
    public async Task Scenario_56_the_other_mode_and_a_body_of_two_megabytes()
    {
        var live = Body(livemode: true);
        Assert.Equal(400, await StatusAsync(live, Sign(live)));
        Assert.Null(await fixture.ScalarAsync<string>("SELECT event_id FROM payments.events WHERE livemode"));
        var large = Body(more: $",\"padding\":\"{new string('x', 2 << 20)}\"");
        Assert.Equal(413, await StatusAsync(large, Sign(large)));
    }

    [Fact]
    public async Task Both_paths_take_events()
    {
        var body = Body();
        Assert.Equal(200, await StatusAsync(body, Sign(body), "/webhooks/stripe"));
        var again = await fixture.PostAsync(Path, body, Sign(body));
        Assert.True(again.Body.GetProperty("duplicate").GetBoolean());
    }

    [Theory]
    [InlineData("")]
    [InlineData("t=,v1=")]
    [InlineData("v1=aa")]
    [InlineData("t=1768471200")]
    [InlineData("nonsense")]
    [InlineData("t=99999999999999999999,v1=aa")]
    [InlineData("t=-1768471200,v1=aa")]
    public async Task A_header_that_says_nothing_is_refused(string header)
    {
        var body = Body();
        Assert.Equal(400, await StatusAsync(body, header));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"object\":\"event\"}")]
    public async Task What_is_signed_but_no_event_is_refused(string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        Assert.Equal(400, await StatusAsync(body, Sign(body)));
    }

    /// <summary>W-35: an HMAC with an empty key can be made by anybody.</summary>
    [Fact]
    public void An_empty_secret_verifies_nothing()
    {
        var body = Body();
        Assert.False(WebhookSignature.IsValid(Deliveries.Sign(body, Now, ""), body, [""], Now));
        Assert.False(WebhookSignature.IsValid(Deliveries.Sign(body, Now, "a"), body, [], Now));
        Assert.True(WebhookSignature.IsValid(Deliveries.Sign(body, Now, "a"), body, ["", "a"], Now));
    }

    [Fact]
    public void An_upper_case_signature_is_not_the_one_expected()
    {
        var body = Body();
        var header = Deliveries.Sign(body, Now, "a");
        Assert.False(WebhookSignature.IsValid(header[..header.IndexOf("v1=", StringComparison.Ordinal)] + "v1=" + header.Split("v1=")[1].ToUpperInvariant(), body, ["a"], Now));
    }

    [Fact]
    public async Task Scenario_41_without_a_key_or_a_secret_the_webhook_is_not_configured()
    {
        foreach (var (key, secret) in ((string, string)[])[("", FakeStripeServer.WebhookSecret), (FakeStripeServer.SecretKey, "")])
        {
            await using var host = await new TestHost(fixture.Database).With("Stripe:SecretKey", key).With("Stripe:WebhookSecret", secret).With("Stripe:ApiBase", fixture.Stripe.Url)
                .With("Stripe:Process", "false").With(fixture.Clock).StartAsync();
            var body = Body();
            var answer = await fixture.PostAsync(Path, body, Sign(body, 0, secret), host);
            Assert.Equal((503, "stripe_not_configured"), (answer.Status, answer.Body.GetProperty("code").GetString()));
        }
    }
}
