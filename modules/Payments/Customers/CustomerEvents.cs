using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;
using Mana.Payments.Contracts;

namespace Mana.Payments.Customers;

/// <summary>A customer that was deleted at Stripe is nobody's any more (commerce.md 7.3).</summary>
internal sealed class DeletedCustomers(StripeCustomers customers) : IStripeEventHandler
{
    public async Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken)
    {
        if (happening.Current is not StripeCustomer { Deleted: true } gone)
            return StripeOutcome.Nothing;
        return await customers.RetireAsync(gone.Id, cancellationToken) ? StripeOutcome.Done
            : await customers.FindUserAsync(gone.Id, cancellationToken) is null ? StripeOutcome.NotOurs : StripeOutcome.Nothing;
    }
}

/// <summary>Receipts go to the address that the person has now.</summary>
internal sealed class CustomerAddresses(StripeCustomers customers, IStripeApi stripe, IAccountDirectory accounts) : IManaEventHandler<EmailVerified>
{
    public async Task HandleAsync(EmailVerified happened, EventContext context, CancellationToken cancellationToken)
    {
        if (await customers.FindAsync(happened.UserId, cancellationToken) is not { } customer || await accounts.FindAsync(happened.UserId, cancellationToken) is not { } account)
            return;
        var result = await stripe.UpdateCustomerAsync(customer, new CustomerChange(Email: account.Email), $"cus-mail:{context.EventId}", cancellationToken);
        if (result is StripeResult<StripeCustomer>.Unavailable unavailable)
            throw new InvalidOperationException($"Stripe is not there ({unavailable.Reason}); the address is sent again.");
    }
}

/// <summary>A person was erased: what Stripe knows of them goes too. Names the customer only.</summary>
internal sealed record CustomerErased(string CustomerId) : IManaEvent
{
    public static string Name => "payments.customer_erased";
}

/// <summary>Takes name, address and our id out of Stripe's customer; the payments themselves stay for as long as the law asks (commerce.md 13.2).</summary>
internal sealed class CustomerRedaction(IStripeApi stripe) : IManaEventHandler<CustomerErased>
{
    static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal) { ["userId"] = "" };

    public async Task HandleAsync(CustomerErased happened, EventContext context, CancellationToken cancellationToken)
    {
        var result = await stripe.UpdateCustomerAsync(happened.CustomerId, new CustomerChange("", "", NoMetadata), $"cus-erase:{context.EventId}", cancellationToken);
        if (result is not (StripeResult<StripeCustomer>.Ok or StripeResult<StripeCustomer>.NotFound or StripeResult<StripeCustomer>.Invalid))
            throw new InvalidOperationException("The customer is not redacted yet; it is tried again.");
    }
}
