using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Payments.Contracts;
using Mana.Payments.Customers;
using Npgsql;

namespace Mana.Payments.Import;

/// <summary>
/// Of several customers of one person the one with a live subscription stays theirs, else the oldest; the others become aliases, so that late events of them still find
/// their person. Whoever has become a customer here meanwhile stays it.
/// </summary>
internal sealed class CustomerImport(StripeCustomers customers, IStripeAvailability availability, IErasedUsers erased, NpgsqlDataSource database) : IStripeCustomerImport
{
    /// <summary>The schemas of the two services; each kept its own table.</summary>
    static readonly string[] Services = ["credits", "subscriptions"];

    public async Task<StripeCustomerImportResult> RunAsync(NpgsqlConnection original, bool verifyOnly, CancellationToken cancellationToken)
    {
        var people = (await ReadAsync(original, cancellationToken)).GroupBy(known => known.UserId, StringComparer.Ordinal).OrderBy(person => person.Key, StringComparer.Ordinal).ToList();
        var (there, here, differences) = (0, 0, new List<string>());
        if (people.Count > 0 && !availability.CanCall)
            differences.Add("Stripe is off: whether its customers are of the live or the test mode is not known; set STRIPE_SECRET_KEY and run this again");
        foreach (var person in people)
        {
            // Nobody that was erased comes back, not even as a name at Stripe.
            if (await erased.IsErasedAsync(person.Key, cancellationToken))
                continue;
            List<FormerCustomer> known = [.. person.OrderByDescending(customer => customer.IsLive).ThenBy(customer => customer.CreatedAt).DistinctBy(customer => customer.CustomerId)];
            if (!verifyOnly && availability.CanCall)
                await StoreAsync(known, cancellationToken);
            there += known.Count;
            foreach (var customer in known)
                if (await customers.FindUserAsync(customer.CustomerId, cancellationToken) == customer.UserId)
                    here++;
                else
                    differences.Add($"{customer.UserId}: customer {customer.CustomerId} is not theirs here");
        }

        return new(there, here, differences);
    }

    async Task StoreAsync(List<FormerCustomer> known, CancellationToken cancellationToken)
    {
        var (userId, first) = (known[0].UserId, known[0]);
        await database.Sql("INSERT INTO payments.customers (user_id, livemode, customer_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", userId, availability.Livemode, first.CustomerId, first.CreatedAt)
            .RunAsync(cancellationToken);
        var theirs = await customers.FindAsync(userId, cancellationToken);
        foreach (var other in known.Where(customer => customer.CustomerId != theirs))
            await database.Sql("""
                INSERT INTO payments.customer_aliases (customer_id, user_id, created_at)
                SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM payments.customers WHERE customer_id = $1) ON CONFLICT DO NOTHING
                """, other.CustomerId, other.UserId, other.CreatedAt).RunAsync(cancellationToken);
    }

    static async Task<List<FormerCustomer>> ReadAsync(NpgsqlConnection original, CancellationToken cancellationToken)
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        var subscriptions = Services[^1] + ".subscriptions";
        if (await HasAsync(original, subscriptions, cancellationToken))
            live.UnionWith(await original.Sql($"SELECT DISTINCT stripe_customer_id FROM {subscriptions} WHERE stripe_customer_id IS NOT NULL AND status::text IN ('active', 'trialing', 'past_due', 'unpaid', 'paused')")
                .RowsAsync(row => row.GetString(0), cancellationToken));
        var all = new List<FormerCustomer>();
        foreach (var service in Services)
        {
            var table = service + ".stripe_customers";
            if (await HasAsync(original, table, cancellationToken))
                all.AddRange(await original.Sql($"SELECT user_id, stripe_customer_id, created_at::timestamptz FROM {table}")
                    .RowsAsync(row => new FormerCustomer(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), live.Contains(row.GetString(1))), cancellationToken));
        }

        return all;
    }

    static Task<bool> HasAsync(NpgsqlConnection original, string table, CancellationToken cancellationToken) =>
        original.Sql("SELECT to_regclass($1) IS NOT NULL", table).ValueAsync<bool>(cancellationToken);

    sealed record FormerCustomer(string UserId, string CustomerId, DateTimeOffset CreatedAt, bool IsLive);
}
