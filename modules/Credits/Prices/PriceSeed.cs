using Mana.Credits.Contracts;

namespace Mana.Credits.Prices;

/// <summary>
/// The catalogue that a new database starts with (commerce.md 3.9: the published list, what the unified API charged beyond it, and the providers
/// of research). One operation has one price: where the original's lists disagreed, the published one holds (W-13).
/// </summary>
internal static class PriceSeed
{
    public const string PerCall = "call";

    /// <summary>Per started ten items.</summary>
    public const string PerTen = "item-batch";

    public const string PerMonth = "month";

    public static readonly IReadOnlyList<(string Operation, decimal Credits, string Unit, string Category, string App)> All =
    [
        ("ai_chat_gpt4", 5, PerCall, "ai", "chat"), ("ai_chat_claude", 5, PerCall, "ai", "chat"), ("ai_chat_gemini", 2, PerCall, "ai", "chat"),
        ("ai_chat_qwen", 2, PerCall, "ai", "chat"), ("ai_chat_ollama", 0.1m, PerCall, "ai", "chat"), ("ai_image_generation", 10, PerCall, "ai", "picture"),
        ("ai_image_upscale", 5, PerCall, "ai", "picture"), ("ai_research_quick", 5, PerCall, "ai", "questions"), ("ai_research_deep", 25, PerCall, "ai", "questions"),
        ("ai_food_analysis", 3, PerCall, "ai", "food"), ("ai_deck_generation", 20, PerCall, "ai", "cards"), ("ai_card_generation", 2, PerCall, "ai", "cards"),
        ("ai_quote_explanation", 2, PerCall, "ai", "quotes"), ("ai_plant_analysis", 2, PerCall, "ai", "plants"), ("ai_guide_generation", 5, PerCall, "ai", "traces"),
        ("ai_context_generation", 2, PerCall, "ai", "context"), ("ai_smart_scheduling", 2, PerCall, "ai", "todo"), ("ai_suggestions", 2, PerCall, "ai", "general"),
        ("ai_enrichment", 2, PerCall, "ai", "contacts"), ("cloud_sync", 30, PerMonth, "premium", "general"), ("bulk_import", 0.2m, PerTen, "premium", "general"),
        ("pdf_export", 1, PerCall, "premium", "presi"), ("premium_theme", 3, PerCall, "premium", "presi"),
        ("ai_chat", 5, PerCall, "ai", "chat"), ("ai_who", 5, PerCall, "ai", "who"), ("ai_who_ollama", 0.1m, PerCall, "ai", "who"), ("ai_research_standard", 5, PerCall, "ai", "questions"),
        ("ai_image_openai_low", 3, PerCall, "ai", "picture"), ("ai_image_openai_high", 25, PerCall, "ai", "picture"), ("ai_image_gemini_3_pro", 18, PerCall, "ai", "picture"),
        ("ai_image_gemini_3_1_flash", 6, PerCall, "ai", "picture"), ("ai_image_gemini_2_5_flash", 5, PerCall, "ai", "picture"),
        ("ai_context_import_url", 1, PerCall, "ai", "context"), ("ai_context_import_url_summary", 5, PerCall, "ai", "context"),
        ("research_search_searxng", 0, PerCall, "ai", "research"), ("research_search_duckduckgo", 0, PerCall, "ai", "research"), ("research_search_serper", 1, PerCall, "ai", "research"),
        ("research_search_brave", 5, PerCall, "ai", "research"), ("research_search_exa", 6, PerCall, "ai", "research"), ("research_search_tavily", 8, PerCall, "ai", "research"),
        ("research_extract_readability", 0, PerCall, "ai", "research"), ("research_extract_jina_reader", 1, PerCall, "ai", "research"),
        ("research_extract_scrapingbee", 8, PerCall, "ai", "research"), ("research_extract_firecrawl", 10, PerCall, "ai", "research"),
        ("research_perplexity_sonar", 50, PerCall, "ai", "research"), ("research_gemini_grounding", 100, PerCall, "ai", "research"),
        ("research_claude_web_search", 200, PerCall, "ai", "research"), ("research_openai_responses", 200, PerCall, "ai", "research"),
        ("research_gemini_deep", 300, PerCall, "ai", "research"), ("research_openai_deep", 1000, PerCall, "ai", "research"), ("research_gemini_deep_max", 1500, PerCall, "ai", "research"),
    ];

    /// <summary>Only adds: what an operator has priced since is newer and stays.</summary>
    public static string Sql => "INSERT INTO credits.prices (operation, valid_from, cost, unit, category, app) VALUES\n" + string.Join(",\n", All.Select(price =>
        FormattableString.Invariant($"('{price.Operation}', '2026-01-01Z', {CreditAmount.OfCredits(price.Credits)!.Value.Milli}, '{price.Unit}', '{price.Category}', '{price.App}')"))) + "\nON CONFLICT DO NOTHING;";
}
