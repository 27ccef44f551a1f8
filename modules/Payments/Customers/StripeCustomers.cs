using Mana.Payments.Contracts;
using Npgsql;

namespace Mana.Payments.Customers;

/// <summary>
/// One customer for one person and mode (commerce.md 7.3, W-37). Callers at once wait for each other on an advisory lock; a call that was lost is found
/// again by its idempotency key.
/// </summary>
internal sealed class StripeCustomers(NpgsqlDataSource database, IStripeApi stripe, IStripeAvailability availability, TimeProvider time) : IStripeCustomers
{
    /// <summary>Separates these locks from others on the same text.</summary>
    const long PersonLock = 71_427_105;

    public async Task<StripeResult<string>> GetOrCreateAsync(string userId, string? email, CancellationToken cancellationToken)
    {
        if (!availability.CanCall)
            return new StripeResult<string>.NotConfigured();
        if (await FindAsync(userId, cancellationToken) is { } known)
            return new StripeResult<string>.Ok(known);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using var alone = Command(transaction, "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", userId, PersonLock);
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new StripeResult<string>.Unavailable("busy");
        }

        // Somebody else may have been faster.
        if (await FindAsync(userId, cancellationToken) is { } meanwhile)
            return new StripeResult<string>.Ok(meanwhile);
        var created = await CreateAsync(userId, email, await FormerAsync(transaction, userId, cancellationToken), cancellationToken);
        if (created is StripeResult<StripeCustomer>.Ok { Value.Id: var id })
        {
            await using var insert = Command(transaction, "INSERT INTO payments.customers (user_id, livemode, customer_id, created_at) VALUES ($1, $2, $3, $4)",
                userId, availability.Livemode, id, time.GetUtcNow());
            await insert.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return created.Map(customer => customer.Id);
    }

    public async Task<string?> FindAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT customer_id FROM payments.customers WHERE user_id = $1 AND livemode = $2");
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = availability.Livemode });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public async Task<string?> FindUserAsync(string customerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT user_id FROM payments.customers WHERE customer_id = $1 UNION ALL SELECT user_id FROM payments.customer_aliases WHERE customer_id = $1 LIMIT 1");
        command.Parameters.Add(new() { Value = customerId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The customer is gone at Stripe: the next purchase makes another one, late events of this one still find their person.</summary>
    public async Task<bool> RetireAsync(string customerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            WITH gone AS (DELETE FROM payments.customers WHERE customer_id = $1 RETURNING customer_id, user_id)
            INSERT INTO payments.customer_aliases (customer_id, user_id, created_at) SELECT customer_id, user_id, $2 FROM gone ON CONFLICT DO NOTHING
            """);
        command.Parameters.Add(new() { Value = customerId });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Asks Stripe, always with the same words for the same person.</summary>
    /// <param name="former">How many customers the person had before: their key would bring back one that is gone.</param>
    async Task<StripeResult<StripeCustomer>> CreateAsync(string userId, string? email, long former, CancellationToken cancellationToken)
    {
        var key = former == 0 ? $"cus:{userId}" : $"cus:{userId}:{former}";
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["userId"] = userId };
        var result = await stripe.CreateCustomerAsync(new NewCustomer(email, metadata), key, cancellationToken);
        // A first call was lost, and the address has changed since: without one the call is always the same.
        return result is StripeResult<StripeCustomer>.Invalid { Code: "idempotency_error" or "idempotency_key_in_use" }
            ? await stripe.CreateCustomerAsync(new NewCustomer(null, metadata), key + ":plain", cancellationToken)
            : result;
    }

    static async Task<long> FormerAsync(NpgsqlTransaction transaction, string userId, CancellationToken cancellationToken)
    {
        await using var command = Command(transaction, "SELECT count(*) FROM payments.customer_aliases WHERE user_id = $1", userId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static NpgsqlCommand Command(NpgsqlTransaction transaction, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
