using Mana.Kernel.Errors;

namespace Mana.Payments.Contracts;

/// <summary>Whether money can be taken on this installation.</summary>
public enum StripeMode
{
    /// <summary>Everything works but buying.</summary>
    Off,

    /// <summary>Stripe's test mode, or a stand-in for Stripe.</summary>
    Test,

    Live,
}

/// <summary>The part of the configuration that other modules may know.</summary>
public interface IStripeAvailability
{
    StripeMode Mode { get; }

    /// <summary>There is a secret key. False: every call of <see cref="IStripeApi"/> answers <c>NotConfigured</c>.</summary>
    bool CanCall { get; }

    /// <summary>What <c>livemode</c> of every object and event must be.</summary>
    bool Livemode => Mode == StripeMode.Live;
}

/// <summary>Refusals of commerce.md 1.4 that have to do with Stripe.</summary>
public static class StripeRefusals
{
    public static readonly ApiError NotConfigured = new(503, "stripe_not_configured", "Payments are not available on this server");
    public static readonly ApiError Failed = new(502, "stripe_error", "The payment provider did not accept the request, please try again");

    /// <summary>For every result but <c>Ok</c>.</summary>
    public static ApiError Of<T>(StripeResult<T> result) => result is StripeResult<T>.NotConfigured ? NotConfigured : Failed;
}
