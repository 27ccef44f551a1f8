using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Mana.Subscriptions.Data;

internal static class SubscriptionsModel
{
    public const string LiveIndex = "subscriptions_one_live";

    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Plan>(plan =>
        {
            plan.ToTable("plans", table => table.HasCheckConstraint("plans_worth", "monthly_credits >= 0 AND price_monthly_euro_cents >= 0 AND price_yearly_euro_cents >= 0"));
            plan.HasKey(row => row.Id).HasName("plans_key");
            plan.Property(row => row.Id).ValueGeneratedNever();
            plan.Property(row => row.Features).HasColumnType("jsonb");
            plan.HasIndex(row => row.Name).IsUnique().HasDatabaseName("plans_name");
            plan.HasIndex(row => row.IsDefault).IsUnique().HasFilter("is_default").HasDatabaseName("plans_one_default");
        });
        modelBuilder.Entity<SubscriptionRow>(subscription =>
        {
            subscription.ToTable("subscriptions", table =>
            {
                table.HasCheckConstraint("subscriptions_status", "status IN ('active', 'canceled', 'past_due', 'unpaid', 'trialing', 'incomplete', 'incomplete_expired', 'paused')");
                table.HasCheckConstraint("subscriptions_interval", "billing_interval IN ('month', 'year')");
            });
            subscription.HasKey(row => row.Id).HasName("subscriptions_key");
            subscription.Property(row => row.Id).ValueGeneratedNever();
            subscription.HasOne<Plan>().WithMany().HasForeignKey(row => row.PlanId).HasConstraintName("subscriptions_plan").OnDelete(DeleteBehavior.Restrict);
            subscription.HasIndex(row => row.PlanId).HasDatabaseName("subscriptions_of_plan");
            subscription.HasIndex(row => row.StripeSubscriptionId).IsUnique().HasDatabaseName("subscriptions_stripe");
            subscription.HasIndex(row => row.UserId).IsUnique().HasFilter("status IN ('active', 'trialing', 'past_due', 'unpaid', 'paused')").HasDatabaseName(LiveIndex);
            subscription.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("subscriptions_user");
        });
        modelBuilder.Entity<InvoiceRow>(invoice =>
        {
            invoice.ToTable("invoices");
            invoice.HasKey(row => row.Id).HasName("invoices_key");
            invoice.Property(row => row.Id).ValueGeneratedNever();
            invoice.Property(row => row.Prorations).HasColumnType("jsonb").HasConversion(
                value => JsonSerializer.Serialize(value, JsonSerializerOptions.Default), text => JsonSerializer.Deserialize<List<Proration>>(text, JsonSerializerOptions.Default),
                new ValueComparer<List<Proration>>((one, other) => one == null ? other == null : other != null && one.SequenceEqual(other), list => list.Count, list => list.ToList()));
            invoice.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.SubscriptionId).HasConstraintName("invoices_subscription").OnDelete(DeleteBehavior.Restrict);
            invoice.HasIndex(row => row.SubscriptionId).HasDatabaseName("invoices_of_subscription");
            invoice.HasIndex(row => row.StripeInvoiceId).IsUnique().HasDatabaseName("invoices_stripe");
            invoice.HasIndex(row => row.StripePaymentIntentId).HasFilter("stripe_payment_intent_id IS NOT NULL").HasDatabaseName("invoices_intent");
            invoice.HasIndex(row => new { row.UserId, row.CreatedAt }).HasDatabaseName("invoices_user");
            invoice.HasIndex(row => row.YearFrom).HasFilter("year_from IS NOT NULL").HasDatabaseName("invoices_of_years");
        });
        modelBuilder.Entity<PlanGrant>(grant =>
        {
            grant.ToTable("plan_grants", table => table.HasCheckConstraint("plan_grants_credits", "credits <> 0"));
            grant.HasKey(row => row.BusinessKey).HasName("plan_grants_key");
            grant.HasOne<InvoiceRow>().WithMany().HasForeignKey(row => row.InvoiceId).HasConstraintName("plan_grants_invoice").OnDelete(DeleteBehavior.Restrict);
            grant.HasIndex(row => row.InvoiceId).HasDatabaseName("plan_grants_of");
            grant.HasIndex(row => row.CreatedAt).HasFilter("booked_at IS NULL").HasDatabaseName("plan_grants_open");
        });
        modelBuilder.Entity<CheckoutRow>(checkout =>
        {
            checkout.ToTable("checkouts");
            checkout.HasKey(row => row.StripeSessionId).HasName("checkouts_key");
            checkout.HasIndex(row => row.CreatedAt).HasDatabaseName("checkouts_age");
            checkout.HasIndex(row => row.UserId).HasDatabaseName("checkouts_user");
        });
        modelBuilder.Entity<PlanPriceRow>(price =>
        {
            price.ToTable("plan_prices", table => table.HasCheckConstraint("plan_prices_interval", "billing_interval IN ('month', 'year')"));
            price.HasKey(row => row.StripePriceId).HasName("plan_prices_key");
            price.HasOne<Plan>().WithMany().HasForeignKey(row => row.PlanId).HasConstraintName("plan_prices_plan").OnDelete(DeleteBehavior.Restrict);
            price.HasIndex(row => row.PlanId).HasDatabaseName("plan_prices_of_plan");
        });
    }
}
