namespace Mana.Payments.Contracts;

/// <summary>The one mapping between people and Stripe's customers (commerce.md 7.3).</summary>
public interface IStripeCustomers
{
    /// <summary>The person's customer id (<c>cus_…</c>), made at the first call. Any number of callers at once get the same one.</summary>
    /// <param name="email">Left out when null or empty.</param>
    Task<StripeResult<string>> GetOrCreateAsync(string userId, string? email, CancellationToken cancellationToken);

    /// <summary>Null when the person never paid.</summary>
    Task<string?> FindAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Who a customer is, also by an id that was used for them before; null when it is nobody we know.</summary>
    Task<string?> FindUserAsync(string customerId, CancellationToken cancellationToken);
}
