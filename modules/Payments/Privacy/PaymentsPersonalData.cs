using System.Globalization;
using System.Text.Json;
using Mana.Kernel.Outbox;
using Mana.Kernel.Privacy;
using Mana.Payments.Customers;
using Mana.Payments.Data;
using Mana.Payments.Risk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Payments.Privacy;

/// <summary>Customer ids and events of a person. What Stripe itself holds is redacted by an event of the outbox, which outlives an outage there.</summary>
internal sealed class PaymentsPersonalData(NpgsqlDataSource database, IServiceScopeFactory scopes, EventWriter events, PaymentRisks risks) : IPersonalData
{
    /// <summary>Events with something of the person inside: of a customer of theirs ($2), or naming them.</summary>
    const string Theirs = "payload IS NOT NULL AND (customer_id = ANY ($2) OR strpos(payload::text, $1) > 0)";

    public string Module => "payments";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        var customers = await CustomersAsync(userId, cancellationToken);
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("customers");
        foreach (var customer in customers)
            json.WriteStringValue(customer);
        json.WriteEndArray();
        json.WriteStartArray("disputedPayments");
        foreach (var risk in await risks.OfAsync(userId, cancellationToken))
        {
            json.WriteStartObject();
            json.WriteString("payment", risk.PaymentIntentId);
            json.WriteString("since", risk.FlaggedAt);
            json.WriteString("until", risk.LiftedAt is { } lifted ? lifted.ToString("O", CultureInfo.InvariantCulture) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("events");
        await using (var command = database.CreateCommand($"SELECT event_id, type, object_id, stripe_created, outcome FROM payments.events WHERE {Theirs} ORDER BY stripe_created, event_id"))
        {
            Parameters(command, userId, customers);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                json.WriteStartObject();
                json.WriteString("id", row.GetString(0));
                json.WriteString("type", row.GetString(1));
                json.WriteString("object", row.IsDBNull(2) ? null : row.GetString(2));
                json.WriteString("createdAt", row.GetFieldValue<DateTimeOffset>(3));
                json.WriteString("outcome", row.IsDBNull(4) ? null : row.GetString(4));
                json.WriteEndObject();
                await json.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        var customers = await CustomersAsync(userId, cancellationToken);
        await using (var command = database.CreateCommand($"UPDATE payments.events SET payload = NULL WHERE {Theirs}"))
        {
            Parameters(command, userId, customers);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var scope = scopes.CreateAsyncScope();
        var stored = scope.ServiceProvider.GetRequiredService<PaymentsDbContext>();
        await using var transaction = await stored.Database.BeginTransactionAsync(cancellationToken);
        foreach (var customer in customers)
            events.Add(stored, new CustomerErased(customer));
        await stored.SaveChangesAsync(cancellationToken);
        await stored.Customers.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await stored.Aliases.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await stored.Risks.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await stored.Risks.Where(row => row.LiftedBy == userId).ExecuteUpdateAsync(set => set.SetProperty(row => row.LiftedBy, "erased"), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<long> CountAsync(string userId, CancellationToken cancellationToken)
    {
        var customers = await CustomersAsync(userId, cancellationToken);
        await using var command = database.CreateCommand($"SELECT (SELECT count(*) FROM payments.events WHERE {Theirs}) + (SELECT count(*) FROM payments.risks WHERE user_id = $1 OR lifted_by = $1)");
        Parameters(command, userId, customers);
        return customers.Count + (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task<List<string>> CustomersAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT customer_id FROM payments.customers WHERE user_id = $1 UNION SELECT customer_id FROM payments.customer_aliases WHERE user_id = $1 ORDER BY 1");
        command.Parameters.Add(new() { Value = userId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var customers = new List<string>();
        while (await row.ReadAsync(cancellationToken))
            customers.Add(row.GetString(0));
        return customers;
    }

    static void Parameters(NpgsqlCommand command, string userId, List<string> customers)
    {
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = customers.ToArray() });
    }
}
