using Mana.Kernel.Configuration;
using Mana.Payments.Contracts;

namespace Mana.Payments;

/// <summary>Section <c>Stripe</c> (commerce.md 1.7).</summary>
internal sealed class StripeOptions : IManaOptions, IStripeAvailability
{
    public const string DefaultBase = "https://api.stripe.com";

    /// <summary><c>STRIPE_MODE</c>: off, test or live. Unset: by the key, off without one.</summary>
    public StripeMode? Mode { get; set; }

    /// <summary><c>STRIPE_SECRET_KEY</c>.</summary>
    public string? SecretKey { get; set; }

    /// <summary><c>STRIPE_WEBHOOK_SECRET</c>: one, or several separated by commas while one is replaced.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary><c>STRIPE_CREDITS_WEBHOOK_SECRET</c>: of the endpoint that the former credits service had.</summary>
    public string? CreditsWebhookSecret { get; set; }

    /// <summary><c>STRIPE_SUBSCRIPTIONS_WEBHOOK_SECRET</c>: of the endpoint that the former subscriptions service had.</summary>
    public string? SubscriptionsWebhookSecret { get; set; }

    /// <summary><c>STRIPE_API_BASE</c>: a stand-in for Stripe; in Production only over https.</summary>
    public string ApiBase { get; set; } = DefaultBase;

    /// <summary>Handle events before the webhook is answered; for tests and small trials.</summary>
    public bool ProcessInline { get; set; }

    /// <summary>Whether this host handles what is in the inbox.</summary>
    public bool Process { get; set; } = true;

    /// <summary>Of one attempt.</summary>
    public double TimeoutSeconds { get; set; } = 20;

    public int Retries { get; set; } = 2;

    public int RetryDelayMilliseconds { get; set; } = 500;

    /// <summary>Attempts in half a minute from which on a Stripe that fails four of five is left alone for a while; 0: never.</summary>
    public int BreakerMinimum { get; set; } = 20;

    /// <summary>After these days the payload of an event goes; the envelope stays (commerce.md 13.2).</summary>
    public int PayloadDays { get; set; } = 90;

    public StripeMode EffectiveMode => Mode ?? (string.IsNullOrEmpty(SecretKey) ? StripeMode.Off : IsLiveKey ? StripeMode.Live : StripeMode.Test);

    public bool CanCall => EffectiveMode != StripeMode.Off && !string.IsNullOrEmpty(SecretKey);

    StripeMode IStripeAvailability.Mode => EffectiveMode;

    /// <summary>Every secret that a signature may be made with; never an empty one (W-35).</summary>
    public IReadOnlyList<string> WebhookSecrets => field ??= [.. new[] { WebhookSecret, CreditsWebhookSecret, SubscriptionsWebhookSecret }
        .SelectMany(secrets => (secrets ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    bool IsLiveKey => SecretKey!.StartsWith("sk_live_", StringComparison.Ordinal) || SecretKey.StartsWith("rk_live_", StringComparison.Ordinal);

    bool IsTestKey => SecretKey!.StartsWith("sk_test_", StringComparison.Ordinal) || SecretKey.StartsWith("rk_test_", StringComparison.Ordinal);

    public IEnumerable<string> Problems(bool production)
    {
        if (!Uri.TryCreate(ApiBase, UriKind.Absolute, out var api) || api.Scheme is not ("https" or "http"))
            yield return "STRIPE_API_BASE must be an absolute URL.";
        else if (production && api.Scheme != Uri.UriSchemeHttps)
            yield return "STRIPE_API_BASE must be https in Production.";
        if (TimeoutSeconds is <= 0 or > 120 || Retries is < 0 or > 10 || RetryDelayMilliseconds is < 0 or > 60_000 || PayloadDays < 1)
            yield return "Stripe__TimeoutSeconds, Stripe__Retries, Stripe__RetryDelayMilliseconds or Stripe__PayloadDays is out of range.";
        if (EffectiveMode == StripeMode.Off)
            yield break;
        if (string.IsNullOrEmpty(SecretKey))
            yield return "STRIPE_SECRET_KEY is not set, but STRIPE_MODE is not off.";
        else if (EffectiveMode == StripeMode.Live ? IsTestKey : IsLiveKey)
            yield return "STRIPE_SECRET_KEY belongs to the other mode than STRIPE_MODE.";
        if (production && WebhookSecrets.Count == 0)
            yield return "STRIPE_WEBHOOK_SECRET is not set; Production needs it when Stripe is on.";
        foreach (var secret in WebhookSecrets)
            if (Secrets.Problem("STRIPE_WEBHOOK_SECRET", secret, production) is { } problem)
                yield return problem;
    }
}
