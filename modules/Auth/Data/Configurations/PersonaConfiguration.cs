using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Mana.Auth.Data.Configurations;

internal sealed class PersonaConfiguration : IEntityTypeConfiguration<Persona>
{
    public void Configure(EntityTypeBuilder<Persona> builder)
    {
        builder.ToTable("personas", table =>
        {
            table.HasCheckConstraint("personas_tick_cadence", LowerCaseEnum.Check<TickCadence>("tick_cadence"));
            table.HasCheckConstraint("personas_module_mix", "jsonb_typeof(module_mix) = 'object'");
        });
        builder.HasKey(persona => persona.UserId);
        builder.Property(persona => persona.UserId).HasColumnName("user_id").ValueGeneratedNever();
        builder.Property(persona => persona.Archetype).HasColumnName("archetype");
        builder.Property(persona => persona.SystemPrompt).HasColumnName("system_prompt");
        builder.Property(persona => persona.ModuleMix).HasColumnName("module_mix").HasColumnType("jsonb");
        builder.Property(persona => persona.TickCadence).HasColumnName("tick_cadence").HasConversion(LowerCaseEnum.Of<TickCadence>());
        builder.Property(persona => persona.LastActiveAt).HasColumnName("last_active_at");
        builder.Property(persona => persona.CreatedAt).HasColumnName("created_at");
        builder.HasOne<User>().WithOne().HasForeignKey<Persona>(persona => persona.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(persona => persona.Archetype).HasDatabaseName("personas_archetype");
    }
}

internal sealed class PersonaActionConfiguration : IEntityTypeConfiguration<PersonaAction>
{
    public void Configure(EntityTypeBuilder<PersonaAction> builder)
    {
        builder.ToTable("persona_actions", table => table.HasCheckConstraint("persona_actions_result", "result IN ('ok', 'error')"));
        builder.HasKey(action => new { action.PersonaId, action.Id });
        builder.Property(action => action.PersonaId).HasColumnName("persona_id");
        builder.Property(action => action.Id).HasColumnName("id");
        builder.Property(action => action.TickId).HasColumnName("tick_id");
        builder.Property(action => action.ToolName).HasColumnName("tool_name");
        builder.Property(action => action.InputHash).HasColumnName("input_hash");
        builder.Property(action => action.Result).HasColumnName("result");
        builder.Property(action => action.ErrorMessage).HasColumnName("error_message");
        builder.Property(action => action.LatencyMs).HasColumnName("latency_ms");
        builder.Property(action => action.CreatedAt).HasColumnName("created_at");
        builder.HasOne<Persona>().WithMany().HasForeignKey(action => action.PersonaId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(action => new { action.PersonaId, action.CreatedAt }).HasDatabaseName("persona_actions_persona_id_created_at");
        builder.HasIndex(action => action.TickId).HasDatabaseName("persona_actions_tick_id");
    }
}

internal sealed class PersonaFeedbackConfiguration : IEntityTypeConfiguration<PersonaFeedback>
{
    public void Configure(EntityTypeBuilder<PersonaFeedback> builder)
    {
        builder.ToTable("persona_feedback", table => table.HasCheckConstraint("persona_feedback_rating", "rating BETWEEN 1 AND 5"));
        builder.HasKey(feedback => new { feedback.PersonaId, feedback.Id });
        builder.Property(feedback => feedback.PersonaId).HasColumnName("persona_id");
        builder.Property(feedback => feedback.Id).HasColumnName("id");
        builder.Property(feedback => feedback.TickId).HasColumnName("tick_id");
        builder.Property(feedback => feedback.Module).HasColumnName("module");
        builder.Property(feedback => feedback.Rating).HasColumnName("rating");
        builder.Property(feedback => feedback.Notes).HasColumnName("notes");
        builder.Property(feedback => feedback.CreatedAt).HasColumnName("created_at");
        builder.HasOne<Persona>().WithMany().HasForeignKey(feedback => feedback.PersonaId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(feedback => new { feedback.PersonaId, feedback.CreatedAt }).HasDatabaseName("persona_feedback_persona_id_created_at");
        builder.HasIndex(feedback => new { feedback.Module, feedback.CreatedAt }).HasDatabaseName("persona_feedback_module_created_at");
    }
}
