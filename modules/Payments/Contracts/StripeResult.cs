namespace Mana.Payments.Contracts;

/// <summary>What Stripe made of a call. Everything but <see cref="Ok"/> left nothing behind that the caller does not find again with the same idempotency key.</summary>
public abstract record StripeResult<T>
{
    private StripeResult()
    {
    }

    /// <summary>The value, or null for every other result.</summary>
    public T? OrNull => this is Ok ok ? ok.Value : default;

    /// <summary>The same refusal of another type; <paramref name="map"/> for the value.</summary>
    public StripeResult<TOther> Map<TOther>(Func<T, TOther> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return this switch
        {
            Ok ok => new StripeResult<TOther>.Ok(map(ok.Value)),
            Declined declined => new StripeResult<TOther>.Declined(declined.Code, declined.DeclineCode, declined.Message),
            Invalid invalid => new StripeResult<TOther>.Invalid(invalid.Code, invalid.Parameter, invalid.Message),
            NotFound => new StripeResult<TOther>.NotFound(),
            Unavailable unavailable => new StripeResult<TOther>.Unavailable(unavailable.Reason),
            _ => new StripeResult<TOther>.NotConfigured(),
        };
    }

    public sealed record Ok(T Value) : StripeResult<T>;

    /// <summary>The bank or the card says no (402, <c>card_error</c>).</summary>
    public sealed record Declined(string? Code, string? DeclineCode, string Message) : StripeResult<T>;

    /// <summary>Stripe understood the call and refuses it; the same call again is refused again. <c>idempotency_error</c> is one of these.</summary>
    public sealed record Invalid(string? Code, string? Parameter, string Message) : StripeResult<T>;

    public sealed record NotFound : StripeResult<T>;

    /// <summary>No answer, or none that counts (429, 5xx, time-out), after all repetitions. It may have happened: ask again with the same key.</summary>
    public sealed record Unavailable(string Reason) : StripeResult<T>;

    /// <summary>Payments are off on this installation (<see cref="IStripeAvailability"/>): answer 503 <c>stripe_not_configured</c>.</summary>
    public sealed record NotConfigured : StripeResult<T>;
}

/// <summary>One page of a list, newest first.</summary>
/// <param name="HasMore">There is a next page: ask for it with the id of the last item.</param>
public sealed record StripePage<T>(IReadOnlyList<T> Items, bool HasMore);
