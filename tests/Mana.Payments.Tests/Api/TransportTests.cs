using System.Net;
using Mana.Payments.Api;
using Mana.Payments.Contracts;

namespace Mana.Payments.Tests.Api;

/// <summary>What the client sends, repeats, and makes of answers.</summary>
public sealed class TransportTests
{
    const string Customer = """{"id":"cus_1","object":"customer","created":1,"metadata":{"userId":"u"}}""";
    static readonly NewCustomer Somebody = new("ada@example.test", new Dictionary<string, string>(StringComparer.Ordinal) { ["userId"] = "u & ü" });

    static Task<StripeResult<StripeCustomer>> CreateAsync(StripeApi api) => api.CreateCustomerAsync(Somebody, "cus:u", default);

    [Fact]
    public async Task A_call_carries_key_version_and_its_form()
    {
        var stripe = new StubStripe().Then(HttpStatusCode.OK, Customer);
        var (api, _) = stripe.Client();
        var customer = Assert.IsType<StripeResult<StripeCustomer>.Ok>(await CreateAsync(api)).Value;
        Assert.Equal(("cus_1", "u"), (customer.Id, customer.Metadata["userId"]));
        var request = Assert.Single(stripe.Requests);
        Assert.Equal(("POST", "https://api.stripe.com/v1/customers"), (request.Method, request.Url));
        Assert.Equal("email=ada%40example.test&metadata%5BuserId%5D=u+%26+%C3%BC", request.Body);
        Assert.Equal(("Bearer sk_test_very_secret", StripeTransport.ApiVersion, "cus:u"), (request.Headers["Authorization"], request.Headers["Stripe-Version"], request.Headers["Idempotency-Key"]));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.Conflict)]
    public async Task What_may_pass_is_repeated_with_the_same_key(HttpStatusCode status)
    {
        var stripe = new StubStripe().Then(status).ThenNothing().Then(HttpStatusCode.OK, Customer);
        var (api, _) = stripe.Client();
        Assert.IsType<StripeResult<StripeCustomer>.Ok>(await CreateAsync(api));
        Assert.Equal(["cus:u", "cus:u", "cus:u"], stripe.Requests.Select(request => request.Headers["Idempotency-Key"]));
        Assert.Single(stripe.Requests.Select(request => request.Body).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stripe_itself_says_best_whether_to_repeat()
    {
        var no = new StubStripe().Then(HttpStatusCode.InternalServerError, "{}", ("Stripe-Should-Retry", "false"));
        Assert.IsType<StripeResult<StripeCustomer>.Unavailable>(await CreateAsync(no.Client().Api));
        Assert.Single(no.Requests);
        var yes = new StubStripe().Then(HttpStatusCode.BadRequest, "{}", ("Stripe-Should-Retry", "true")).Then(HttpStatusCode.OK, Customer);
        Assert.IsType<StripeResult<StripeCustomer>.Ok>(await CreateAsync(yes.Client().Api));
    }

    [Fact]
    public async Task Retry_After_comes_before_our_own_distance()
    {
        var stripe = new StubStripe().Then(HttpStatusCode.TooManyRequests, "{}", ("Retry-After", "0")).Then(HttpStatusCode.OK, Customer);
        var (api, _) = stripe.Client(options => (options.RetryDelayMilliseconds, options.TimeoutSeconds) = (60_000, 30));
        var result = await CreateAsync(api).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.IsType<StripeResult<StripeCustomer>.Ok>(result);
    }

    [Fact]
    public async Task Silence_ends_and_is_no_answer()
    {
        var stripe = new StubStripe();
        var result = await CreateAsync(stripe.Client().Api).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("timeout", Assert.IsType<StripeResult<StripeCustomer>.Unavailable>(result).Reason);
        Assert.Equal(3, stripe.Requests.Count);
    }

    [Fact]
    public async Task A_Stripe_that_keeps_failing_is_left_alone_for_a_while()
    {
        var stripe = new StubStripe();
        for (var i = 0; i < 10; i++)
            stripe.Then(HttpStatusCode.InternalServerError);
        var (api, _) = stripe.Client(options => (options.BreakerMinimum, options.Retries) = (4, 0));
        for (var i = 0; i < 4; i++)
            Assert.Equal("status_500", Assert.IsType<StripeResult<StripeCustomer>.Unavailable>(await CreateAsync(api)).Reason);
        Assert.Equal("circuit_open", Assert.IsType<StripeResult<StripeCustomer>.Unavailable>(await CreateAsync(api)).Reason);
        Assert.Equal(4, stripe.Requests.Count);
    }

    [Fact]
    public async Task Refusals_have_names()
    {
        static string Error(string type, string? code = null) => $$"""{"error":{"type":"{{type}}","code":{{(code is null ? "null" : $"\"{code}\"")}},"decline_code":"generic_decline","message":"m","param":"p"} }""";
        var stripe = new StubStripe().Then(HttpStatusCode.PaymentRequired, Error("card_error", "card_declined")).Then(HttpStatusCode.BadRequest, Error("idempotency_error"))
            .Then(HttpStatusCode.NotFound, Error("invalid_request_error", "resource_missing")).Then(HttpStatusCode.Unauthorized, Error("invalid_request_error")).Then(HttpStatusCode.OK, "<html>");
        var (api, log) = stripe.Client();
        Assert.Equal(new StripeResult<StripeCustomer>.Declined("card_declined", "generic_decline", "m"), await CreateAsync(api));
        Assert.Equal(new StripeResult<StripeCustomer>.Invalid("idempotency_error", "p", "m"), await CreateAsync(api));
        Assert.IsType<StripeResult<StripeCustomer>.NotFound>(await CreateAsync(api));
        Assert.Equal(new StripeResult<StripeCustomer>.Unavailable("authentication"), await CreateAsync(api));
        Assert.Equal(new StripeResult<StripeCustomer>.Unavailable("unreadable"), await CreateAsync(api));
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains("very_secret", StringComparison.Ordinal) || line.Contains("ada@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_asked()
    {
        var stripe = new StubStripe();
        var (api, _) = stripe.Client(options => options.SecretKey = null);
        Assert.IsType<StripeResult<StripeCustomer>.NotConfigured>(await CreateAsync(api));
        Assert.Empty(stripe.Requests);
    }

    [Fact]
    public async Task An_id_cannot_lead_to_another_path()
    {
        var stripe = new StubStripe().Then(HttpStatusCode.OK, Customer);
        await stripe.Client().Api.RetrieveCustomerAsync("../refunds?x=/", default);
        Assert.DoesNotContain("/v1/refunds", stripe.Requests[0].Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "Off")]
    [InlineData(null, "sk_test_1234567890123456", "Test")]
    [InlineData(null, "sk_live_1234567890123456", "Live")]
    [InlineData(StripeMode.Off, "sk_live_1234567890123456", "Off")]
    public void The_key_says_which_mode(StripeMode? mode, string? key, string expected)
    {
        var options = new StripeOptions { Mode = mode, SecretKey = key, WebhookSecret = "whsec_1234567890123456" };
        Assert.Equal(expected, options.EffectiveMode.ToString());
        Assert.Empty(options.Problems(production: true));
        Assert.Equal(expected != "Off", options.CanCall);
    }

    [Fact]
    public void Production_refuses_what_would_fail_later()
    {
        static string Problem(StripeOptions options) => Assert.Single(options.Problems(production: true));
        Assert.Contains("STRIPE_WEBHOOK_SECRET", Problem(new() { SecretKey = "sk_live_1234567890123456" }), StringComparison.Ordinal);
        Assert.Contains("STRIPE_SECRET_KEY", Problem(new() { Mode = StripeMode.Live, WebhookSecret = "whsec_1234567890123456" }), StringComparison.Ordinal);
        Assert.Contains("other mode", Problem(new() { Mode = StripeMode.Live, SecretKey = "sk_test_1234567890123456", WebhookSecret = "whsec_1234567890123456" }), StringComparison.Ordinal);
        Assert.Contains("https", Problem(new() { ApiBase = "http://stripe.internal" }), StringComparison.Ordinal);
        Assert.Contains("known default", Problem(new() { SecretKey = "sk_live_1234567890123456", WebhookSecret = "dev-secret-0123456789" }), StringComparison.Ordinal);
    }
}
